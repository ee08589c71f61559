// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"cmp"
	"encoding/json/jsontext"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// customFields are what UserDefinedDataList says, a list of {Key, Value}. Documented until 2020 and in today's
// AfterCreateGroup.
type customFields struct {
	values  []event.Value // by field; those with the smallest keys, so that every replica keeps the same ones
	unnamed int           // pairs that were left out: their key is no text
	cut     []string      // what was cut to its bound
}

// customFields reads the list. Anything else says nothing.
func (r *bodyReader) customFields(c *customFields) error {
	if r.tokens.PeekKind() != jsontext.KindBeginArray {
		return r.skip()
	}
	return r.array(func() error {
		if r.tokens.PeekKind() != jsontext.KindBeginObject {
			return r.skip()
		}
		return r.pair(c)
	})
}

// pair reads one custom field. Without a value it says nothing.
func (r *bodyReader) pair(c *customFields) error {
	var key, val value
	err := r.object(func(name []byte) (err error) {
		switch string(name) {
		case "Key":
			key, err = r.value(jsonBytes(event.CustomKey))
		case "Value":
			val, err = r.customValue()
		default:
			err = r.skip()
		}
		return err
	})
	if err == nil && val.quoted {
		c.add(key, val.text)
	}
	return err
}

// customValue reads a string, or anything else as its JSON text.
func (r *bodyReader) customValue() (value, error) {
	if r.tokens.PeekKind() == jsontext.KindString {
		return r.value(jsonBytes(event.CustomValue))
	}
	r.short.keep = jsonBytes(event.CustomValue)
	text := bounded{room: maxTextBytes(event.CustomValue)}
	compact := jsontext.NewEncoder(&text, verbatim...)
	err := r.each(compact.WriteToken)
	r.short.keep = 0
	return value{text: strings.TrimSuffix(text.String(), "\n"), quoted: true}, err
}

// verbatim keeps strings and numbers as they were written.
var verbatim = append(slices.Clone(lenient), jsontext.PreserveRawStrings(true))

// bounded takes everything and keeps the beginning.
type bounded struct {
	bytes.Buffer
	room int
}

func (b *bounded) Write(p []byte) (int, error) {
	kept, _ := b.Buffer.Write(p[:min(len(p), b.room)])
	b.room -= kept
	return len(p), nil
}

// maxTextBytes is more than a field's bound takes as UTF-8, so that one who cuts it sees that there was more.
func maxTextBytes(field string) int { return (event.Bound(field) + 1) * utf8.UTFMax }

// add keeps a pair if its key is text and among the smallest. What names no field cannot be told from other such
// fields, so it must not become one.
func (c *customFields) add(key value, text string) {
	name, keyCut := event.Cut(event.CustomKey, key.text)
	if !key.quoted || name == "" || key.broken && strings.ContainsRune(name, utf8.RuneError) {
		c.unnamed++
		return
	}
	text, valueCut := event.Cut(event.CustomValue, text)
	c.note(event.CustomKey, keyCut)
	c.note(event.CustomValue, valueCut)
	v := event.Value{Field: event.CustomPrefix + name, Value: text}
	i, found := slices.BinarySearchFunc(c.values, v.Field, func(v event.Value, field string) int { return cmp.Compare(v.Field, field) })
	if found {
		c.values[i] = v // of a repeated key the last value counts
		return
	}
	c.values = slices.Insert(c.values, i, v)
	if len(c.values) > event.MaxCustomFields {
		c.values = c.values[:event.MaxCustomFields]
		c.note(event.CustomFields, true)
	}
}

func (c *customFields) note(field string, cut bool) {
	if cut && !slices.Contains(c.cut, field) {
		c.cut = append(c.cut, field)
	}
}
