// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxAuditBytes wait for a slow reader of the audit log, about 2,000 lines. Callbacks never wait for it.
const maxAuditBytes = 1 << 20

// auditLog writes one JSON line per accepted callback: who changed which fields of which group, never the texts. While
// run is active, lines gather in memory and are written together; the last moment's lines can be lost with the
// process. The durable record is the IMGroup's lastChange.
type auditLog struct {
	out io.Writer

	mu      sync.Mutex
	pending []byte
	dropped int
	wake    chan struct{}
	running bool
}

// auditLine is the format of the log. Text in it comes from strangers.
type auditLine struct {
	Time      time.Time `json:"time"`
	Audit     string    `json:"audit"` // always callback, to find the lines among others
	Namespace string    `json:"namespace"`
	App       string    `json:"app"`
	GroupID   string    `json:"groupID"`
	Command   string    `json:"command"`
	EventTime int64     `json:"eventTime"` // ms
	Operator  string    `json:"operator,omitempty"`
	Platform  string    `json:"platform,omitempty"`
	ClientIP  string    `json:"clientIP,omitempty"`
	Fields    []string  `json:"fields,omitempty"` // names
}

func newAuditLog(out io.Writer) *auditLog {
	return &auditLog{out: out, wake: make(chan struct{}, 1)}
}

func (a *auditLog) accepted(c *call) {
	if a.out == nil {
		return
	}
	key, last := c.event.Key, c.event.State.Last
	line, err := json.Marshal(auditLine{
		Time: c.start.UTC(), Audit: "callback", Namespace: key.Namespace, App: key.App, GroupID: key.GroupID, Command: last.Command,
		EventTime: last.Time, Operator: last.Operator, Platform: last.Platform, ClientIP: clientIP(c.query), Fields: last.Fields,
	})
	if err == nil { // no value of these types fails
		a.write(append(escapeControls(line), '\n'))
	}
}

func clientIP(q query) string {
	return q.clientIP.value[:min(len(q.clientIP.value), maxClientIPBytes)]
}

// escapeControls escapes what encoding/json leaves: DEL, the C1 controls, which terminals obey, and the invisible
// characters that reorder a line.
func escapeControls(line []byte) []byte {
	if ascii(line) {
		return line
	}
	out := make([]byte, 0, len(line)+32)
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			out = appendEscaped(out, r)
		} else {
			out = append(out, line[i:i+size]...)
		}
		i += size
	}
	return out
}

func ascii(line []byte) bool {
	for _, c := range line {
		if c >= 0x7f {
			return false
		}
	}
	return true
}

func appendEscaped(dst []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(dst, `\u%04x`, r)
}
