// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
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

// held is a journal that holds some groups.
type held struct {
	Journal
	keys []event.Key
}

func (h held) Keys() []event.Key { return slices.Clone(h.keys) }

func TestOneProbeFindsTheEndOfAnOutage(t *testing.T) {
	probe := Request{Kind: Recover}
	away := &url.Error{Op: "Get", Err: errors.New("connection refused")}
	api, one, other := &server{err: away}, event.Key{GroupID: "one"}, event.Key{GroupID: "other"}
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[Request]())
	defer q.ShutDown()
	taken := func() (all []Request) {
		for q.Len() > 0 {
			key, _ := q.Get()
			q.Done(key)
			all = append(all, key)
		}
		return all
	}
	r := New(Config{Live: api, Journal: held{keys: []event.Key{one, other}}, Metrics: metrics.New(prometheus.NewRegistry()), Queue: &queue.Source[Request]{}, Observed: NewObservations(nil), Now: time.Now})
	r.recovery = rate.NewLimiter(rate.Every(time.Hour), 1)
	if err := r.Queue.Watch(func() []Request { return nil }).Start(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for _, key := range []event.Key{one, other} {
		r.failed(t.Context(), key, away)
	}
	if got := taken(); !slices.Equal(got, []Request{probe}) {
		t.Fatalf("two failures wake %v, want the one question", got)
	}
	if result, err := r.Reconcile(t.Context(), Of(other)); err != nil || result.RequeueAfter < parkedFor || api.asked > 0 {
		t.Errorf("a group in an outage: %v, %v; want it to be parked", result, err)
	}
	for try := range 10 {
		if result, err := r.Reconcile(t.Context(), probe); err != nil || result.RequeueAfter <= 0 || result.RequeueAfter > queue.BackoffMax || api.asked != try+1 {
			t.Fatalf("the question in vain: %v, %v", result, err)
		}
	}
	api.err = nil
	if result, err := r.Reconcile(t.Context(), probe); err != nil || !result.IsZero() {
		t.Errorf("the end of the outage: %v, %v", result, err)
	}
	if got := taken(); !slices.Equal(got, []Request{Of(one), Of(other), {Kind: Sweep}}) {
		t.Errorf("its end wakes %v", got)
	}
	r.failed(t.Context(), one, away)
	if result, err := r.Reconcile(t.Context(), probe); err != nil || result.RequeueAfter != queue.BackoffMax || r.breaker.parked() > 0 {
		t.Errorf("the end of the next outage: %v, %v; want it noticed, and all woken later", result, err)
	}
}
