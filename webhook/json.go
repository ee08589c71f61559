// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// The functions of this file walk over JSON without building what nobody reads: a callback about a large group is
// mostly a list of members. encoding/json alone decides what is valid and what a string with escapes means; its
// structs would not do, since they match keys in any case and refuse a whole body for one field of another type.

// isObject tells whether data is one JSON object of bounded nesting, so that the rest of the file may trust it.
func isObject(data []byte) bool {
	i := space(data, 0)
	return i < len(data) && data[i] == '{' && nesting(data) <= maxNesting && json.Valid(data)
}

// nesting is the depth of objects and arrays. It needs no valid JSON.
func nesting(data []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = stringEnd(data, i) - 1
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}

// members calls each with the keys and values of a valid object, in their order.
func members(object []byte, each func(key, value []byte)) {
	i := space(object, space(object, 0)+1)
	for i < len(object) && object[i] != '}' {
		end := stringEnd(object, i)
		key := unquoted(object[i:end])
		i = space(object, space(object, end)+1) // the colon
		end = valueEnd(object, i)
		each(key, object[i:end])
		i = next(object, end)
	}
}

// elements calls each with the values of a valid array, in their order.
func elements(array []byte, each func(value []byte)) {
	i := space(array, space(array, 0)+1)
	for i < len(array) && array[i] != ']' {
		end := valueEnd(array, i)
		each(array[i:end])
		i = next(array, end)
	}
}

// text reads a valid value as a string. Anything else is no text, null and an absent value among them. Bytes that are
// not UTF-8 become U+FFFD.
func text(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	inner := value[1 : len(value)-1]
	if plain(inner) && utf8.Valid(inner) {
		return string(inner), true
	}
	var s string
	err := json.Unmarshal(value, &s)
	return s, err == nil
}

// unquoted is a key without its quotes and escapes.
func unquoted(key []byte) []byte {
	if inner := key[1 : len(key)-1]; plain(inner) {
		return inner
	}
	s, _ := text(key)
	return []byte(s)
}

func plain(b []byte) bool { return bytes.IndexByte(b, '\\') < 0 }

// next steps over the comma after a value.
func next(data []byte, i int) int {
	if i = space(data, i); i < len(data) && data[i] == ',' {
		return space(data, i+1)
	}
	return i
}

func space(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// stringEnd is the index after the string that begins at i, or the end of data.
func stringEnd(data []byte, i int) int {
	for i++; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(data)
}

// valueEnd is the index after the value that begins at i.
func valueEnd(data []byte, i int) int {
	for depth := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = stringEnd(data, i) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return i // a number or a word at the end of its container
			}
			depth--
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue // within a number or a word, which ends before one of the above
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(data)
}
