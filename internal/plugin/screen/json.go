// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
)

// JSON writes a value as JSON with a newline at its end: indented, or on one line without an indent. Characters that a
// terminal would obey or that hide or reorder text are escaped, as JSON allows; a reader gets the same strings.
func JSON(v any, indent string) ([]byte, error) {
	text, err := encode(v, indent)
	return escape(text), err
}

func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// escape works on JSON as a whole: outside of strings there is nothing to escape.
func escape(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
