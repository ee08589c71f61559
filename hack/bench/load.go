// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// load says what callbacks to send.
type load struct {
	addr      string // HOST:PORT
	namespace string // of the IMApp
	conns     int
	groups    int           // callbacks go to this many groups in turn
	count     int64         // callbacks in all; 0: until the time is over
	time      time.Duration // at most
	rate      float64       // callbacks per second; 0: as many as are answered
	ledger    *ledger       // notes what was acknowledged; nil: nobody asks
	sending   func(eventTime int64, at time.Time)
	forged    bool // signatures are wrong
	fresh     bool // each callback has a connection of its own
	padding   int  // bytes that make the text longer
}

// outcome is what became of a load.
type outcome struct {
	answers [failed + 1]int64 // by answer
	times   []time.Duration   // of acknowledgements
	elapsed time.Duration
}

func (o outcome) acknowledged() int64 { return o.answers[acknowledged] }
func (o outcome) perSecond() float64  { return float64(o.acknowledged()) / o.elapsed.Seconds() }
func (o outcome) others() int64       { return o.answers[refused] + o.answers[failed] }

// shared is what all connections of a load have in common.
type shared struct {
	load
	start  time.Time
	next   atomic.Int64
	signed atomic.Pointer[signature]
}

// run sends the callbacks and returns when all are answered.
func (l load) run(ctx context.Context) (outcome, error) {
	templates, err := l.templates(ctx)
	if err != nil {
		return outcome{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.time)
	defer cancel()
	s := &shared{load: l, start: time.Now()}
	s.signed.Store(signNow())
	parts := make([]outcome, l.conns)
	var senders, signer sync.WaitGroup
	signer.Go(func() { keepSigning(ctx, &s.signed) })
	for i := range parts {
		senders.Go(func() { s.send(ctx, templates[i], &parts[i]) })
	}
	senders.Wait()
	total := sum(parts)
	total.elapsed = time.Since(s.start)
	cancel()
	signer.Wait()
	return total, nil
}

func (l load) templates(ctx context.Context) ([]*template, error) {
	all := make([]*template, l.conns)
	for i := range all {
		t, err := newTemplate(ctx, "http://"+l.addr+"/callbacks/"+l.namespace+"/"+appName, strings.Repeat("x", l.padding))
		if err != nil {
			return nil, err
		}
		all[i] = t
	}
	return all, nil
}

// send is one connection.
func (s *shared) send(ctx context.Context, t *template, o *outcome) {
	c := conn{addr: s.addr}
	defer c.close()
	for ctx.Err() == nil {
		n := s.next.Add(1) - 1
		if s.count > 0 && n >= s.count || !s.wait(ctx, n) {
			return
		}
		group, eventTime := int(n)%s.groups, nextEventTime()
		t.set(group, eventTime, s.signature())
		at := time.Now()
		if s.sending != nil {
			s.sending(eventTime, at)
		}
		a := c.exchange(t.text)
		if o.answers[a]++; s.fresh {
			c.close()
		}
		if a == acknowledged {
			o.times = append(o.times, time.Since(at))
			s.ledger.acknowledged(group, eventTime)
		}
	}
}

func (s *shared) signature() *signature {
	if s.forged {
		return s.signed.Load().forged()
	}
	return s.signed.Load()
}

// wait holds the nth callback back until it is due. A load that is late does not wait: it catches up.
func (s *shared) wait(ctx context.Context, n int64) bool {
	if s.rate == 0 {
		return true
	}
	due := s.start.Add(time.Duration(float64(n) / s.rate * float64(time.Second)))
	return sleepUntil(ctx, due)
}

// sleepUntil tells whether the time came before the context's end.
func sleepUntil(ctx context.Context, due time.Time) bool {
	left := time.Until(due)
	if left <= 0 {
		return true
	}
	select {
	case <-time.After(left):
		return true
	case <-ctx.Done():
		return false
	}
}

func sum(parts []outcome) (total outcome) {
	for _, p := range parts {
		for a := range p.answers {
			total.answers[a] += p.answers[a]
		}
		total.times = append(total.times, p.times...)
	}
	return total
}
