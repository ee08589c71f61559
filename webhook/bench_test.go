// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

type instantJournal struct{}

func (instantJournal) Append(context.Context, event.Event) error { return nil }

// nowhere is the cheapest http.ResponseWriter.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

// BenchmarkHandler is everything but the network and the disk: verify, decode, metrics and the audit line.
func BenchmarkHandler(b *testing.B) {
	for name, data := range map[string]string{
		"info":      string(payloads(b)["Group.CallbackAfterGroupInfoChanged.all-fields"]),
		"custom":    string(payloads(b)["Group.CallbackAfterGroupInfoChanged.custom-and-base"]),
		"unhandled": `{"CallbackCommand":"Group.CallbackBeforeSendMsg"}`,
		"members":   `{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","GroupId":"g","MemberList":[` + strings.Repeat(`{"Member_Account":"leckie"},`, 5000) + `{}]}`,
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, data) })
	}
}

func benchmark(b *testing.B, data string) {
	b.Helper()
	w := newWorld(b, func(c *Config, _ *limits) {
		c.Journal, c.Audit = instantJournal{}, io.Discard
		c.Now = func() time.Time { _ = time.Now(); return testNow } // with the cost of a real clock
	})
	body := strings.NewReader(data)
	r := httptest.NewRequest(http.MethodPost, testPath+"?"+signedQuery(testToken), io.NopCloser(body))
	out := nowhere{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(data)
		r.Body = io.NopCloser(body)
		w.ServeHTTP(out, r)
	}
	if got := w.counted("none", "unhandled"); got > 0 {
		b.Fatal("the benchmark's callbacks are not understood")
	}
}

func BenchmarkDecode(b *testing.B) {
	data := string(payloads(b)["Group.CallbackAfterGroupInfoChanged.all-fields"])
	b.ReportAllocs()
	for b.Loop() {
		if _, o := decodeBody(infoChanged, data); o != proceed {
			b.Fatal(o)
		}
	}
}
