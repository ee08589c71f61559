// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

var (
	errRefused  = apierrors.NewForbidden(schema.GroupResource{Resource: "imgroups"}, "g", errors.New("exceeded quota"))
	errConflict = apierrors.NewConflict(schema.GroupResource{Resource: "imgroups"}, "g", errors.New("changed"))
	errAway     = &url.Error{Op: "Patch", Err: errors.New("connection refused")}
)

// clock is stepped by the tests.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func (c *clock) step(d time.Duration) { c.now = c.now.Add(d) }

// line is a queue whose requests the tests take.
type line struct {
	priorityqueue.PriorityQueue[Request]
}

func (l line) take() (requests []string) {
	for l.Len() > 0 {
		r, priority, _ := l.GetWithPriority()
		l.Done(r)
		requests = append(requests, fmt.Sprint(r.Kind, r.Key.App, r.Key.GroupID, priority))
	}
	return requests
}

func newLine(t *testing.T, source *queue.Source[Request]) line {
	t.Helper()
	q := priorityqueue.New[Request]("test")
	t.Cleanup(q.ShutDown)
	if err := source.Watch(func() []Request { return nil }).Start(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	return line{q}
}

func newTestRetry(t *testing.T, workers int) (*retry, *clock, line) {
	t.Helper()
	c, source := &clock{time.Unix(1_700_000_000, 0)}, &queue.Source[Request]{}
	return newRetry(source, workers, c.Now), c, newLine(t, source)
}

func groupOf(app string, i int) event.Key {
	return event.Key{Namespace: "ns", App: app, GroupID: fmt.Sprint(i)}
}

// enter lets groups of an IMApp ask for a worker and counts those that get one.
func enter(r *retry, app string, n int) (granted int) {
	for i := range n {
		if r.wait(groupOf(app, i)).granted {
			granted++
		}
	}
	return granted
}

func TestAGroupIsWrittenAtMostOnceInAnInterval(t *testing.T) {
	r, c, _ := newTestRetry(t, 16)
	a, b := groupOf("chat", 1), groupOf("chat", 2)
	if !r.wait(a).granted {
		t.Fatal("the first write must not wait")
	}
	r.succeeded(a)
	if got := r.wait(a); got != (turn{after: writeInterval}) {
		t.Errorf("the next write: %+v, want it after %s", got, writeInterval)
	}
	if !r.wait(b).granted {
		t.Error("another group must not wait")
	}
	c.step(writeInterval)
	if !r.wait(a).granted {
		t.Error("after the interval it must not wait")
	}
}

func TestAFailureWaitsLongerEachTimeAndBehindAllOthers(t *testing.T) {
	r, c, _ := newTestRetry(t, 16)
	key := groupOf("chat", 1)
	for _, want := range []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
		if !r.wait(key).granted {
			t.Fatal("its time has come")
		}
		if got := r.failed(key, errRefused); got != (turn{after: want, low: true}) {
			t.Errorf("%+v, want it after %s, low", got, want)
		}
		if got := r.wait(key); got != (turn{after: want, low: true}) {
			t.Errorf("a new event: %+v, want it to wait as long, low", got)
		}
		c.step(want)
	}
	r.wait(key)
	if got := r.failed(key, errConflict); got.low || got.after == 0 {
		t.Errorf("a conflict: %+v, want a wait that is not low", got)
	}
	c.step(time.Second)
	r.wait(key)
	r.succeeded(key)
	c.step(time.Second)
	r.wait(key)
	if got := r.failed(key, errRefused).after; got != 50*time.Millisecond {
		t.Errorf("after a success the first wait is %s", got)
	}
}

func TestAtMostHalfOfTheWorkersServeOneIMApp(t *testing.T) {
	r, _, queued := newTestRetry(t, 16)
	if got := enter(r, "chat", 20); got != 8 {
		t.Fatalf("%d workers serve one IMApp, want 8 of 16", got)
	}
	if got := enter(r, "other", 20); got != 8 {
		t.Errorf("%d are left for another one, want 8", got)
	}
	r.succeeded(groupOf("chat", 0))
	if got := queued.take(); len(got) != 1 || got[0] != "0chat80" {
		t.Errorf("a worker that is free wakes %q, want the first that waits", got)
	}
}

func TestAQuarterServesOneWhoseWritesFailOrAreSlow(t *testing.T) {
	for why, end := range map[string]func(*retry, *clock, event.Key){
		"a failure": func(r *retry, _ *clock, key event.Key) { r.failed(key, errRefused) },
		"a slow success": func(r *retry, c *clock, key event.Key) {
			c.step(slowWrite + time.Millisecond)
			r.succeeded(key)
		},
		"no answer": func(r *retry, c *clock, key event.Key) {
			c.step(30 * time.Second)
			r.failed(key, context.DeadlineExceeded)
		},
	} {
		t.Run(why, func(t *testing.T) {
			r, c, queued := newTestRetry(t, 16)
			enter(r, "chat", 1)
			end(r, c, groupOf("chat", 0))
			c.step(time.Minute)
			if got := enter(r, "chat", 20); got != 4 {
				t.Fatalf("%d workers, want a quarter of 16", got)
			}
			if got := enter(r, "fine", 20); got != 8 {
				t.Errorf("%d workers for an IMApp that is fine, want 8", got)
			}
			queued.take()
			for range 8 { // as many as are remembered
				r.succeeded(groupOf("chat", 0))
				c.step(time.Second)
				r.wait(groupOf("chat", 0))
			}
			if got := enter(r, "chat", 30); got < 4 {
				t.Errorf("after eight writes that went well %d more workers, want half of 16 in all", got)
			}
		})
	}
}

func TestAllThatAreTroubledHaveHalfTogether(t *testing.T) {
	r, c, queued := newTestRetry(t, 16)
	for i := range 5 {
		app := fmt.Sprint("bad", i)
		enter(r, app, 1)
		r.failed(groupOf(app, 0), errRefused)
	}
	c.step(time.Minute)
	all := 0
	for i := range 5 {
		all += enter(r, fmt.Sprint("bad", i), 20)
	}
	if all != 8 {
		t.Fatalf("%d workers serve IMApps in trouble, want 8 of 16", all)
	}
	if got := enter(r, "fine", 20); got != 8 {
		t.Errorf("%d are left, want 8", got)
	}
	queued.take()
	r.failed(groupOf("bad0", 1), errRefused)
	if got := queued.take(); len(got) == 0 {
		t.Error("a worker that they give back must serve one of them")
	}
}

func TestFiveThousandGroupsThatFailDoNotDelayAnother(t *testing.T) {
	r, c, _ := newTestRetry(t, 16)
	for i := range 5000 {
		if key := groupOf("broken", i); r.wait(key).granted {
			r.failed(key, errRefused)
		}
	}
	for i := range 100 {
		if !r.wait(groupOf("fine", i)).granted {
			t.Fatalf("group %d has to wait", i)
		}
		r.succeeded(groupOf("fine", i))
	}
	// One success among many failures wakes nobody.
	r.wait(groupOf("broken", 6000))
	r.succeeded(groupOf("broken", 6000))
	if got := r.wait(groupOf("broken", 0)); got.granted || !got.low {
		t.Errorf("%+v, want it to wait, low", got)
	}
	c.step(time.Minute)
	if !r.wait(groupOf("broken", 0)).granted {
		t.Error("it waits for longer than its back-off")
	}
}

func TestPausesThatAreOverTakeNoMemory(t *testing.T) {
	r, c, _ := newTestRetry(t, 16)
	for i := range 1000 {
		r.wait(groupOf("chat", i))
		r.succeeded(groupOf("chat", i))
	}
	c.step(2 * time.Second)
	r.wait(groupOf("chat", 1))
	r.succeeded(groupOf("chat", 1))
	if n := len(r.after); n != 1 {
		t.Errorf("%d pauses are remembered, want 1", n)
	}
	if n := len(r.places.apps); n != 0 {
		t.Errorf("%d IMApps without work are remembered", n)
	}
}
