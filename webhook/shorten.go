// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"fmt"
	"io"
)

// shortener is a reader of JSON that makes all tokens short. A decoder holds each token as a whole, so one string of
// 16 MiB would take as much memory; here strings and numbers are cut, and white space is folded. It also drops a byte
// order mark, and escapes the raw control characters in strings that JSON forbids and senders forget. It checks
// nothing: what is not JSON does not become it.
type shortener struct {
	// keep is how many bytes tokens may have beyond maxShortToken. It is set when a member's name was read, which is in
	// time for the value: no more than what fits short has passed by then, and of that nothing is cut.
	keep int

	src io.Reader
	err error // of src; io.EOF at its end

	started  bool
	inString bool
	space    bool // the last byte outside of a string was white space
	escape   int  // bytes of an escape sequence that are yet to come
	left     int  // bytes that the token may have, beside keep
	cut      bool // the token may have no more

	in, inEnd   int // the part of buf that is yet to pass
	out, outEnd int // the part of short that is yet to be read
	buf         [4 << 10]byte
	short       [maxShortToken]byte
}

const (
	byteOrderMark = "\ufeff"
	hexDigits     = 4                     // of an escape sequence
	escapeLength  = len(`\u`) + hexDigits // at most
)

func (s *shortener) reset(src io.Reader) {
	s.keep, s.src, s.err = 0, src, nil
	s.started, s.inString, s.space, s.escape = false, false, false, 0
	s.in, s.inEnd, s.out, s.outEnd = 0, 0, 0, 0
	s.begin()
}

// Read implements io.Reader.
func (s *shortener) Read(p []byte) (int, error) {
	for s.out == s.outEnd {
		if s.in == s.inEnd && !s.more() {
			return 0, s.err
		}
		s.pass()
	}
	n := copy(p, s.short[s.out:s.outEnd])
	s.out += n
	return n, nil
}

// more reads from the source and reports whether there was anything. The first time it waits for the length of a byte
// order mark.
func (s *shortener) more() bool {
	s.in, s.inEnd = 0, 0
	least := 1
	if !s.started {
		least = len(byteOrderMark)
	}
	for s.err == nil && s.inEnd < least {
		var n int
		n, s.err = s.src.Read(s.buf[s.inEnd:])
		s.inEnd += n
	}
	if !s.started && string(s.buf[:min(least, s.inEnd)]) == byteOrderMark {
		s.in = least
	}
	s.started = true
	return s.in < s.inEnd || s.err == nil && s.more()
}

// drain reads what is left of the source and returns why it could not be read to its end.
func (s *shortener) drain() error {
	for s.err == nil {
		_, s.err = s.src.Read(s.buf[:])
	}
	if s.err == io.EOF { //nolint:errorlint // readers do not wrap it
		return nil
	}
	return s.err
}

// pass moves bytes from buf to short, as many as fit.
func (s *shortener) pass() {
	s.out, s.outEnd = 0, 0
	for s.in < s.inEnd && s.outEnd <= len(s.short)-escapeLength {
		switch {
		case !s.inString:
			s.passOther()
		case s.escape > 0:
			s.passEscape()
		default:
			s.passText()
		}
	}
}

// passOther moves the bytes up to the next string.
func (s *shortener) passOther() {
	for s.in < s.inEnd && s.outEnd < len(s.short) && !s.inString {
		b := s.buf[s.in]
		s.in++
		is := classes[b]
		switch {
		case is == number:
			if s.take(1) == 0 {
				continue
			}
		case is == space && s.space:
			continue
		default:
			s.begin()
		}
		s.space, s.inString = is == space, is == quote
		s.emit(b)
	}
}

// passText moves the plain bytes of a string, or one that is not plain.
func (s *shortener) passText() {
	room := min(s.inEnd-s.in, len(s.short)-s.outEnd)
	plain := s.buf[s.in : s.in+room]
	for i, b := range plain {
		if b < ' ' || b == '"' || b == '\\' {
			plain = plain[:i]
			break
		}
	}
	if n := len(plain); n > 0 {
		s.outEnd += copy(s.short[s.outEnd:], plain[:s.take(n)])
		s.in += n
		return
	}
	b := s.buf[s.in]
	s.in++
	switch {
	case b == '"':
		s.inString = false
		s.begin()
		s.emit(b)
	case b == '\\':
		s.escape = 1
		s.cut = s.cut || s.left+s.keep < escapeLength // a sequence passes whole or not at all
		if s.take(1) > 0 {
			s.emit(b)
		}
	case s.take(escapeLength) == escapeLength:
		s.outEnd += copy(s.short[s.outEnd:], fmt.Sprintf(`\u%04x`, b))
	}
}

// passEscape moves one byte of an escape sequence.
func (s *shortener) passEscape() {
	b := s.buf[s.in]
	s.in++
	if s.escape--; s.escape == 0 && b == 'u' {
		s.escape = hexDigits
	}
	if s.take(1) > 0 {
		s.emit(b)
	}
}

func (s *shortener) emit(b byte) {
	s.short[s.outEnd] = b
	s.outEnd++
}

func (s *shortener) begin() { s.left, s.cut = maxShortToken, false }

// take returns how many of n bytes the token may have. When it is less, the rest of the token is cut off.
func (s *shortener) take(n int) int {
	if s.cut {
		return 0
	}
	short := min(n, s.left)
	long := min(n-short, s.keep)
	s.left, s.keep, s.cut = s.left-short, s.keep-long, short+long < n
	return short + long
}

// class is what a byte may be.
type class byte

const (
	other class = iota
	space
	number // a part of one
	quote
)

var classes = func() (all [256]class) {
	for _, b := range " \n\t\r" {
		all[b] = space
	}
	for _, b := range "0123456789-+.eE" {
		all[b] = number
	}
	all['"'] = quote
	return all
}()
