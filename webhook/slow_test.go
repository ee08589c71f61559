// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// slowBody reads a body the obvious way: the whole of it in memory, by encoding/json, several times over.
func slowBody(data []byte) (b body, valid bool) {
	data = escapeRawControls(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	var object map[string]json.RawMessage
	if slowDepth(data) > maxNesting || json.Unmarshal(data, &object) != nil || object == nil {
		return body{}, false
	}
	for name, raw := range object {
		if m, known := memberNames[name]; known && m != customMember {
			b.values[m] = slowValue(raw)
		}
	}
	b.custom = slowCustom(object["UserDefinedDataList"])
	return b, true
}

// escapeRawControls escapes the control characters in strings.
func escapeRawControls(data []byte) []byte {
	var out []byte
	inString, escaped := false, false
	for _, c := range data {
		switch {
		case inString && !escaped && c < ' ':
			out = append(out, `\u00`+strconv.FormatUint(uint64(c>>4), 16)+strconv.FormatUint(uint64(c&15), 16)...)
			continue
		case !escaped && c == '"':
			inString = !inString
		}
		escaped = inString && !escaped && c == '\\'
		out = append(out, c)
	}
	return out
}

// slowDepth is how deep the brackets go, as far as data is JSON.
func slowDepth(data []byte) int {
	depth, deepest := 0, 0
	for tokens := json.NewDecoder(bytes.NewReader(data)); ; {
		token, err := tokens.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			deepest = max(deepest, depth)
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

// slowValue reads a member that may be a string or a number.
func slowValue(raw json.RawMessage) (v value) {
	switch {
	case len(raw) == 0:
	case raw[0] == '"':
		_ = json.Unmarshal(raw, &v.text)
		v.quoted, v.broken = true, !utf8.Valid(raw) || hasLoneSurrogate(string(raw))
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		v.text = string(raw)
	}
	return v
}

func hasLoneSurrogate(s string) bool {
	s = strings.ReplaceAll(s, `\\`, "")
	for {
		_, rest, found := strings.Cut(s, `\u`)
		if !found {
			return false
		}
		r, _ := strconv.ParseUint(rest[:4], 16, 32)
		if s = rest[4:]; !utf16.IsSurrogate(rune(r)) {
			continue
		}
		if !strings.HasPrefix(s, `\u`) {
			return true
		}
		low, _ := strconv.ParseUint(s[2:6], 16, 32)
		if utf16.DecodeRune(rune(r), rune(low)) == utf8.RuneError {
			return true
		}
		s = s[6:]
	}
}

// slowCustom reads the list of custom fields, sorts all of them and keeps the first.
func slowCustom(raw json.RawMessage) (c customFields) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return c
	}
	all := map[string]string{}
	for _, element := range list {
		var pair map[string]json.RawMessage
		if json.Unmarshal(element, &pair) != nil || pair["Value"] == nil {
			continue
		}
		key, text := slowValue(pair["Key"]), slowValue(pair["Value"])
		if !text.quoted {
			var compact bytes.Buffer
			_ = json.Compact(&compact, pair["Value"])
			text.text = compact.String()
		}
		name, keyCut := event.Cut(event.CustomKey, key.text)
		if !key.quoted || name == "" || key.broken && strings.Contains(name, "\uFFFD") {
			c.unnamed++
			continue
		}
		value, valueCut := event.Cut(event.CustomValue, text.text)
		c.note(event.CustomKey, keyCut)
		c.note(event.CustomValue, valueCut)
		all["custom/"+name] = value
	}
	for _, field := range slices.Sorted(maps.Keys(all)) {
		if len(c.values) == event.MaxCustomFields {
			c.note(event.CustomFields, true)
			break
		}
		c.values = append(c.values, event.Value{Field: field, Value: all[field]})
	}
	return c
}
