// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// remembering is a journal that keeps what it is given.
type remembering struct {
	mu     sync.Mutex
	events []event.Event
}

func (r *remembering) Append(_ context.Context, e event.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	return nil
}

func TestTheLoadIsWhatTheReceiverUnderstands(t *testing.T) {
	j := &remembering{}
	server := httptest.NewServer(receiver("", j).Handler())
	defer server.Close()
	l := load{addr: strings.TrimPrefix(server.URL, "http://"), namespace: receiverNamespace, conns: 3, groups: 7, count: 50,
		time: time.Minute, ledger: newLedger(7)}
	o, err := l.run(t.Context())
	if err != nil || o.acknowledged() != 50 || o.others() != 0 || len(o.times) != 50 {
		t.Fatalf("answers %v, %d times, %v; want 50 acknowledged", o.answers, len(o.times), err)
	}
	newest := map[string]int64{}
	for _, e := range j.events {
		r, _ := e.State.Get(event.Notification)
		if r.Value != notice(r.Time) {
			t.Errorf("the notification of event time %d is %q", r.Time, r.Value)
		}
		newest[e.Key.GroupID] = max(newest[e.Key.GroupID], r.Time)
	}
	for n := range 7 {
		if got := l.ledger.newest[n].Load(); got == 0 || got != newest[groupID(n)] {
			t.Errorf("group %d: the ledger has %d, the journal %d", n, got, newest[groupID(n)])
		}
	}
}

func TestOnlyTheDocumentedAnswerCounts(t *testing.T) {
	server := httptest.NewServer(receiver("", instant{}).Handler())
	defer server.Close()
	template, err := newTemplate(t.Context(), server.URL+"/callbacks/"+receiverNamespace+"/"+appName, "")
	if err != nil {
		t.Fatal(err)
	}
	c := conn{addr: strings.TrimPrefix(server.URL, "http://")}
	defer c.close()
	template.set(1, nextEventTime(), signNow())
	if a := c.exchange(template.text); a != acknowledged {
		t.Errorf("a good callback: %d", a)
	}
	template.set(1, nextEventTime(), &signature{requestTime: "1700000000", sign: strings.Repeat("0", 64)})
	if a := c.exchange(template.text); a != refused {
		t.Errorf("a forged callback: %d", a)
	}
	server.Close()
	if a := c.exchange(template.text); a != failed {
		t.Errorf("a callback to nobody: %d", a)
	}
}
