// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

const smallBody = `{"GroupId":"g","Name":"n"}`

func TestAFailedAppendIsLoudAndAsksForAResync(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		want outcome
		op   string
	}{
		{"full", fmt.Errorf("append: %w", journal.ErrFull), journalFull, metrics.OpFull},
		{"this app's share is used up", journal.ErrShare, journalShare, metrics.OpShare},
		{"closing", journal.ErrClosed, journalClosed, metrics.OpAppend},
		{"too slow", fmt.Errorf("append: %w", context.DeadlineExceeded), journalTimeout, metrics.OpAppend},
		{"an error", errors.New("input/output error"), journalError, metrics.OpAppend},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			w.journal.err = row.err
			checkAnswer(t, w.post(infoChanged, smallBody), row.want)
			if diff := cmp.Diff([]apps.Key{testApp}, w.resyncs.apps); diff != "" {
				t.Errorf("resyncs asked for (-want +got):\n%s", diff)
			}
			if got := testutil.ToFloat64(w.metrics.JournalErrors.WithLabelValues(row.op)); got != 1 {
				t.Errorf("counted %v journal errors %s, want 1", got, row.op)
			}
			if got := w.counted(infoChanged, row.want.answer().label); got != 1 {
				t.Errorf("counted %v requests, want 1", got)
			}
			if log := w.log.String(); !strings.Contains(log, row.err.Error()) || !strings.Contains(log, `"imapp"="lobby"`) {
				t.Errorf("the log says %q", log)
			}
			if audit := w.audit.String(); audit != "" {
				t.Errorf("a lost callback is in the audit log: %s", audit)
			}
		})
	}
}

func TestAppendHasOneAndAHalfSecondsEvenIfTheSenderHangsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *Config, _ *limits) { c.Now = time.Now })
		w.setApp(func(a *apps.App) { a.AllowUnsigned = true })
		w.journal.onCall = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		start := time.Now()
		checkAnswer(t, w.do(request(infoChanged, smallBody).WithContext(gone)), journalTimeout)
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("the answer took %v", took)
		}
	})
}

func TestAStormOfFailuresDoesNotFloodTheLog(t *testing.T) {
	w := newWorld(t)
	w.journal.err = journal.ErrFull
	for range 1000 {
		w.post(infoChanged, smallBody)
		w.post(infoChanged, "no JSON")
	}
	if n := strings.Count(w.log.String(), "\n"); n > 30 {
		t.Errorf("%d lines for 2,000 failures", n)
	}
	if n := len(w.resyncs.apps); n != 1000 {
		t.Errorf("%d resyncs asked for, want 1,000", n)
	}
}

func TestSuppressedLinesAreCounted(t *testing.T) {
	th := newThrottle()
	now := testNow
	for range 10 {
		if _, ok := th.pass(now); !ok {
			t.Fatal("the first lines do not pass")
		}
	}
	th.pass(now)
	th.pass(now)
	if n, ok := th.pass(now.Add(time.Second)); !ok || n != 2 {
		t.Errorf("after a second: %d suppressed, passes %t; want 2, true", n, ok)
	}
}

func TestTooManyRequestsInFlight(t *testing.T) {
	w := newWorld(t, func(_ *Config, l *limits) { l.inFlight, l.perApp = 4, 2 })
	other := testApp
	for _, name := range []string{"second", "third"} {
		other.Name = name
		w.apps.Set(apps.App{Key: other, SDKAppID: testAppID, AllowUnsigned: true, Ready: true})
	}
	w.journal.enter, w.journal.hold = make(chan struct{}), make(chan struct{})
	post := func(app string) *httptest.ResponseRecorder {
		r := request(infoChanged, smallBody)
		r.URL.Path = "/callbacks/chat/" + app
		return w.do(r)
	}
	answers := make(chan *httptest.ResponseRecorder)
	block := func(app string) {
		go func() { answers <- post(app) }()
		<-w.journal.enter
	}
	block("lobby")
	block("lobby")
	checkAnswer(t, post("lobby"), appBusy)
	block("second")
	block("second")
	checkAnswer(t, post("third"), busy)
	checkAnswer(t, post("lobby"), busy)
	close(w.journal.hold)
	for range 4 {
		checkAnswer(t, <-answers, accepted)
	}
	w.journal.hold = nil
	checkAnswer(t, post("third"), accepted)
	if w.flight.total != 0 || len(w.flight.byApp) != 0 {
		t.Errorf("places are left taken: %d, %v", w.flight.total, w.flight.byApp)
	}
}

func TestThePromisedLimits(t *testing.T) {
	want := limits{inFlight: 1024, perApp: 512, readHeader: 5 * time.Second, read: 5 * time.Second, write: 5 * time.Second,
		idle: 75 * time.Second, stop: 8 * time.Second, connections: 12000, append: 1500 * time.Millisecond, drain: time.Second}
	if got := defaultLimits(); got != want {
		t.Errorf("limits are %+v, want %+v", got, want)
	}
	server := newWorld(t).httpServer(nil)
	if server.MaxHeaderBytes != 16<<10 || server.ReadHeaderTimeout != 5*time.Second || server.HTTP2.MaxConcurrentStreams != 128 {
		t.Errorf("the server has %d bytes of headers, %v for them, %d streams", server.MaxHeaderBytes, server.ReadHeaderTimeout, server.HTTP2.MaxConcurrentStreams)
	}
}

func TestAPanicIsAnsweredAndTellsNothing(t *testing.T) {
	w := newWorld(t)
	w.journal.onCall = func(context.Context) error { panic("text of a stranger") }
	checkAnswer(t, w.post(infoChanged, smallBody), panicked)
	if got := w.counted(infoChanged, metrics.OutcomePanic); got != 1 || len(w.resyncs.apps) != 1 || w.flight.total != 0 {
		t.Errorf("counted %v panics, asked for %d resyncs, left %d in flight; want 1, 1, 0", got, len(w.resyncs.apps), w.flight.total)
	}
	if log := w.log.String(); strings.Contains(log, "stranger") || !strings.Contains(log, "store.go") {
		t.Errorf("the log says %s", log)
	}
	w.journal.onCall = func(context.Context) error { return []error{}[len(w.journal.events)] }
	checkAnswer(t, w.post(infoChanged, smallBody), panicked)
	if log := w.log.String(); !strings.Contains(log, "index out of range") {
		t.Errorf("the log says %s", log)
	}
}
