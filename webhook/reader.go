// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"encoding/json/jsontext"
	"errors"
	"io"
	"sync"
)

// Why a body is not read. The sender is told the same of all.
var (
	errNoObject = errors.New("not a JSON object")
	errTooDeep  = errors.New("nested too deep")
	errTail     = errors.New("something after the object")
)

// lenient takes what encoding/json always took: the meaning of a message does not depend on who reads it.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// bodyReader reads a body as a stream and keeps of it what a body holds.
type bodyReader struct {
	short   shortener
	tokens  *jsontext.Decoder
	scratch []byte
	longest int // of the values that were read
}

var bodyReaders = sync.Pool{New: func() any {
	return &bodyReader{tokens: jsontext.NewDecoder(bytes.NewReader(nil))}
}}

func (r *bodyReader) begin(src io.Reader) {
	r.short.reset(src)
	r.tokens.Reset(&r.short, lenient...)
	r.longest = 0
}

// release gives the memory back, unless it is much: a storm of large bodies must not stay in memory.
func (r *bodyReader) release() {
	r.short.src, r.short.err = nil, nil
	if r.longest <= keptValueBytes {
		bodyReaders.Put(r)
	}
}

// read reads one JSON object that fills the source.
func (r *bodyReader) read(b *body) error {
	if kind := r.tokens.PeekKind(); kind != jsontext.KindBeginObject {
		return errNoObject
	}
	if err := r.object(func(name []byte) error { return r.member(b, name) }); err != nil {
		return err
	}
	if _, err := r.tokens.ReadToken(); err != io.EOF { //nolint:errorlint // the decoder does not wrap it
		return errTail
	}
	return nil
}

func (r *bodyReader) member(b *body, name []byte) error {
	m, known := memberNames[string(name)]
	switch {
	case !known:
		return r.skip()
	case m == customMember:
		b.custom = customFields{}
		return r.customFields(&b.custom)
	}
	var err error
	b.values[m], err = r.value(memberBytes[m])
	return err
}

// object reads an object. For each name it calls member, which reads the value.
func (r *bodyReader) object(member func(name []byte) error) error {
	if _, err := r.token(); err != nil {
		return err
	}
	for r.tokens.PeekKind() != jsontext.KindEndObject {
		name, err := r.tokens.ReadValue()
		if err != nil {
			return err
		}
		text, _ := r.unquote(name)
		if err := member(text); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// array reads an array. It calls element before each of its values, which element reads.
func (r *bodyReader) array(element func() error) error {
	if _, err := r.token(); err != nil {
		return err
	}
	for r.tokens.PeekKind() != jsontext.KindEndArray {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// skip reads a value and keeps nothing of it.
func (r *bodyReader) skip() error { return r.each(func(jsontext.Token) error { return nil }) }

// each calls do with the tokens of one value.
func (r *bodyReader) each(do func(jsontext.Token) error) error {
	for outside := r.tokens.StackDepth(); ; {
		t, err := r.token()
		if err != nil {
			return err
		}
		if err := do(t); err != nil {
			return err
		}
		if r.tokens.StackDepth() == outside {
			return nil
		}
	}
}

func (r *bodyReader) token() (jsontext.Token, error) {
	t, err := r.tokens.ReadToken()
	if r.tokens.StackDepth() > maxNesting {
		return t, errTooDeep
	}
	return t, err
}

// value reads a value of which long bytes beyond maxShortToken matter.
func (r *bodyReader) value(long int) (value, error) {
	kind := r.tokens.PeekKind()
	if kind != jsontext.KindString && kind != jsontext.KindNumber {
		return value{}, r.skip()
	}
	r.short.keep = long
	raw, err := r.tokens.ReadValue()
	r.short.keep = 0
	r.longest = max(r.longest, len(raw))
	if err != nil || kind == jsontext.KindNumber {
		return value{text: string(raw)}, err
	}
	text, broken := r.unquote(raw)
	return value{text: string(text), quoted: true, broken: broken}, nil
}

// unquote is the text of a string. What is not text in it, such as bytes that are not UTF-8 and halves of surrogate
// pairs, becomes U+FFFD and makes it broken. The text is valid until the next call.
func (r *bodyReader) unquote(raw []byte) (text []byte, broken bool) {
	text, err := jsontext.AppendUnquote(r.scratch[:0], raw)
	r.scratch = text[:0]
	return text, err != nil
}
