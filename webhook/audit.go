// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

var auditLines = sync.Pool{New: func() any { return new([]byte) }}

// logAccepted writes one JSON line for an accepted callback: who changed which fields of which group, never the texts.
// The durable record is the IMGroup's lastChange.
func (s *Server) logAccepted(c *call) {
	if s.audit == nil {
		return
	}
	line := auditLines.Get().(*[]byte)
	*line = appendAudit((*line)[:0], c)
	_, _ = s.audit.Write(*line) // a log that cannot be written must not cost a callback
	if cap(*line) <= keptAuditBytes {
		auditLines.Put(line)
	}
}

// appendAudit appends the line of an accepted callback. The member audit is always callback, to find the lines among
// others; eventTime is in ms; members about which nothing is known are left out. It is put together by hand, since
// building it with encoding/json takes as long as decoding the callback.
func appendAudit(b []byte, c *call) []byte {
	key, last := c.event.Key, c.event.State.Last
	b = c.start.UTC().AppendFormat(append(b, `{"time":"`...), time.RFC3339Nano)
	b = append(b, `","audit":"callback"`...)
	b = appendMember(b, "namespace", key.Namespace)
	b = appendMember(b, "app", key.App)
	b = appendMember(b, "groupID", key.GroupID)
	b = appendMember(b, "command", last.Command)
	b = strconv.AppendInt(append(b, `,"eventTime":`...), last.Time, 10)
	b = appendMember(b, "operator", last.Operator)
	b = appendMember(b, "platform", last.Platform)
	b = appendMember(b, "clientIP", clientIP(c.query))
	for i, field := range last.Fields {
		b = append(b, fieldSeparator[min(i, 1)]...)
		b = appendText(b, field)
	}
	if len(last.Fields) > 0 {
		b = append(b, ']')
	}
	return append(b, "}\n"...)
}

var fieldSeparator = [2]string{`,"fields":[`, `,`}

func appendMember(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":`...)
	return appendText(b, value)
}

// appendText appends untrusted text as a JSON string.
func appendText(b []byte, s string) []byte {
	if isPlain(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	quoted, _ := json.Marshal(s) // no string fails
	return append(b, escapeControls(quoted)...)
}

// isPlain tells that a text is the same within quotes in JSON.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

func clientIP(q query) string {
	return q.clientIP.value[:min(len(q.clientIP.value), maxClientIPBytes)]
}

// escapeControls escapes what encoding/json leaves: DEL, the C1 controls, which terminals obey, and the invisible
// characters that reorder a line.
func escapeControls(text []byte) []byte {
	out := make([]byte, 0, len(text)+32)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			out = appendEscaped(out, r)
		} else {
			out = append(out, text[i:i+size]...)
		}
		i += size
	}
	return out
}

func appendEscaped(dst []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(dst, `\u%04x`, r)
}
