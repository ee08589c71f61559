// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"slices"
	"testing"
	"time"

	"golang.org/x/time/rate"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// server answers every question with the same error and counts them.
type server struct {
	client.Reader
	err   error
	asked int
}

func (s *server) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	s.asked++
	return s.err
}

func newTestRecovery(t *testing.T, api client.Reader) (recovery, *retry, line) {
	t.Helper()
	r, _, queued := newTestRetry(t, 16)
	return recovery{api: api, retry: r, queue: r.queue, backoff: queue.Backoff[Kind](), limit: rate.NewLimiter(rate.Every(time.Hour), 1),
		pending: func() []event.Key { return []event.Key{groupOf("chat", 1), groupOf("chat", 2)} }}, r, queued
}

func TestOneProbeFindsTheEndOfAnOutage(t *testing.T) {
	api := &server{err: errAway}
	recovery, r, queued := newTestRecovery(t, api)
	for i := range 2 {
		r.wait(groupOf("chat", i))
		r.failed(groupOf("chat", i), errAway)
	}
	if got := queued.take(); !slices.Equal(got, []string{"20"}) {
		t.Fatalf("two failures wake %q, want the one probe", got)
	}
	if got := r.wait(groupOf("other", 1)); got.granted || got.after < parkedFor {
		t.Errorf("a group in an outage: %+v; want it to be parked", got)
	}
	for try := range 10 {
		if again := recovery.look(t.Context()); again <= 0 || again > queue.BackoffMax || api.asked != try+1 {
			t.Fatalf("a probe in vain is repeated after %s", again)
		}
	}
	api.err = nil
	if again := recovery.look(t.Context()); again != 0 {
		t.Errorf("at the end it wants to look again after %s", again)
	}
	if got := queued.take(); !slices.Equal(got, []string{"0chat10", "0chat20", "10"}) {
		t.Errorf("its end wakes %q", got)
	}
	if !r.wait(groupOf("chat", 1)).granted {
		t.Error("after it nobody waits for a failure in it")
	}
	r.failed(groupOf("chat", 1), errAway)
	if again := recovery.look(t.Context()); again != queue.BackoffMax || r.breaker.parked() > 0 {
		t.Errorf("the end of the next outage: again after %s; want it noticed, and all woken later", again)
	}
}

func TestASlowWebhookIsNotTakenForAnOutage(t *testing.T) {
	api := &server{}
	recovery, r, queued := newTestRecovery(t, api)
	r.wait(groupOf("chat", 1))
	r.failed(groupOf("chat", 1), context.DeadlineExceeded)
	if got := queued.take(); !slices.Equal(got, []string{"20"}) {
		t.Fatalf("a write without an answer wakes %q, want the probe", got)
	}
	if !r.wait(groupOf("other", 1)).granted {
		t.Error("before the probe has failed nobody is parked")
	}
	if again := recovery.look(t.Context()); again != 0 || api.asked != 1 || len(queued.take()) > 0 {
		t.Error("the API server is there: nobody is to be woken")
	}
	r.failed(groupOf("chat", 2), context.DeadlineExceeded)
	api.err = errAway
	if again := recovery.look(t.Context()); again == 0 || r.breaker.parked() == 0 {
		t.Error("the API server is away: all are to be parked")
	}
}
