// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// ErrEncoding means that bytes are not an encoded Event.
var ErrEncoding = errors.New("not an encoded event")

// AppendKey appends the encoding of a key to dst: three length-prefixed strings.
func AppendKey(dst []byte, k Key) []byte {
	dst = appendString(dst, k.Namespace)
	dst = appendString(dst, k.App)
	return appendString(dst, k.GroupID)
}

// DecodeKey reads a key and returns the bytes after it.
func DecodeKey(b []byte) (Key, []byte, error) {
	d := decoder{rest: b}
	k := d.key()
	return k, d.rest, d.err
}

// Append appends the encoding of an event to dst. Numbers are varints, strings are length-prefixed.
// The encoding has no version of its own: the file that holds it has one.
func Append(dst []byte, e Event) []byte {
	dst = AppendKey(dst, e.Key)
	dst = binary.AppendVarint(dst, e.SDKAppID)
	dst = binary.AppendVarint(dst, e.Received.UnixNano())
	dst = binary.AppendUvarint(dst, uint64(max(e.Count, 1)))
	dst = appendChange(dst, e.State.Last)
	dst = binary.AppendUvarint(dst, uint64(len(e.State.Registers)))
	for _, r := range e.State.Registers {
		dst = appendString(dst, r.Field)
		dst = binary.AppendVarint(dst, r.Time)
		dst = appendString(dst, r.Value)
	}
	return dst
}

// Check refuses an event that Decode would not read again.
func Check(e Event) error {
	if !e.State.Last.Source.known() {
		return fmt.Errorf("%w: unknown source", ErrEncoding)
	}
	return nil
}

func (s Source) known() bool { return s == REST || s == Callback }

// Decode reads one event that fills b. The event shares no memory with b.
func Decode(b []byte) (Event, error) {
	d := decoder{rest: b}
	e := Event{Key: d.key(), SDKAppID: d.varint(), Received: time.Unix(0, d.varint()), Count: int(d.uvarint())}
	e.State.Last = d.change()
	n := d.length(3) // a register takes at least three bytes
	for range n {
		e.State.Registers = append(e.State.Registers, Register{Field: d.string(), Time: d.varint(), Value: d.string()})
	}
	if d.err == nil && len(d.rest) > 0 {
		d.fail("bytes after the end")
	}
	if d.err == nil && e.Count < 1 {
		d.fail("count out of range")
	}
	return e, d.err
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendChange(dst []byte, c Change) []byte {
	dst = binary.AppendVarint(dst, c.Time)
	dst = appendString(dst, c.Command)
	dst = appendString(dst, c.Operator)
	dst = appendString(dst, c.Platform)
	dst = binary.AppendUvarint(dst, uint64(len(c.Fields)))
	for _, f := range c.Fields {
		dst = appendString(dst, f)
	}
	return append(dst, byte(c.Source))
}

// decoder reads from rest until the first error, after which every read returns a zero value.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) fail(why string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrEncoding, why)
	}
	d.rest = nil
}

func (d *decoder) key() Key {
	return Key{Namespace: d.string(), App: d.string(), GroupID: d.string()}
}

func (d *decoder) change() Change {
	c := Change{Time: d.varint(), Command: d.string(), Operator: d.string(), Platform: d.string()}
	for range d.length(1) {
		c.Fields = append(c.Fields, d.string())
	}
	c.Source = d.source()
	return c
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.fail("bad number")
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.fail("bad number")
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// length reads a count of things that take at least size bytes each, so that a wrong count cannot ask for memory.
func (d *decoder) length(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.rest)/size) {
		d.fail("length past the end")
		return 0
	}
	return int(n)
}

func (d *decoder) string() string {
	n := d.length(1)
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) source() Source {
	if len(d.rest) == 0 || !Source(d.rest[0]).known() {
		d.fail("unknown source")
		return 0
	}
	s := Source(d.rest[0])
	d.rest = d.rest[1:]
	return s
}
