// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"context"
	"net/http/httptrace"
	"sync"
)

// Stats count callbacks since the start.
type Stats struct {
	Made         int // by changes
	Dropped      int // never sent
	Sent         int // requests, repetitions among them
	Acknowledged int // requests with an answer that Tencent takes for a success
	TimedOut     int // requests whose answer was not waited for
	Failed       int // the other requests
}

// Stats returns the counts.
func (c *Cloud) Stats() Stats {
	c.outbox.mu.Lock()
	defer c.outbox.mu.Unlock()
	return c.outbox.stats
}

// enqueue puts a callback into the outbox. The caller holds the lock, so that callbacks are in order of time.
func (c *Cloud) enqueue(by By, body Body) {
	if c.config.Callbacks != nil {
		c.outbox.add(body, by.Platform)
	}
}

// Run delivers callbacks when they are due, until the context is done.
func (c *Cloud) Run(ctx context.Context) {
	for ctx.Err() == nil {
		c.Deliver(ctx)
		select {
		case <-c.outbox.wake:
		case <-ctx.Done():
		}
	}
}

// Deliver sends the callbacks whose turn it is, one after the other, and returns when they are answered.
func (c *Cloud) Deliver(ctx context.Context) { c.deliver(ctx, false) }

// Settle sends every callback that is left, as when nothing changes for a while.
func (c *Cloud) Settle(ctx context.Context) { c.deliver(ctx, true) }

func (c *Cloud) deliver(ctx context.Context, all bool) {
	c.sending.Lock()
	defer c.sending.Unlock()
	for ctx.Err() == nil {
		l, ok := c.outbox.next(all)
		if !ok {
			return
		}
		c.send(ctx, l)
	}
}

func (c *Cloud) send(ctx context.Context, l letter) {
	if l.timeOut && !l.again {
		c.sendAndHangUp(ctx, l)
		if !c.config.Delivery.Retry {
			return
		}
	}
	reply, err := c.config.Callbacks.Send(ctx, l.body, WithPlatform(l.platform))
	c.count(func(s *Stats) {
		s.Sent++
		if err == nil && reply.OK() {
			s.Acknowledged++
		} else {
			s.Failed++
		}
	})
}

// sendAndHangUp closes the connection as soon as the request is written. The receiver may have read it or not.
func (c *Cloud) sendAndHangUp(ctx context.Context, l letter) {
	hangUp, cancel := context.WithCancel(ctx)
	defer cancel()
	var written sync.Once
	hangUp = httptrace.WithClientTrace(hangUp, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { written.Do(cancel) },
	})
	_, _ = c.config.Callbacks.Send(hangUp, l.body, WithPlatform(l.platform)) // nobody waits for the answer
	c.count(func(s *Stats) { s.Sent++; s.TimedOut++ })
}

func (c *Cloud) count(change func(*Stats)) {
	c.outbox.mu.Lock()
	defer c.outbox.mu.Unlock()
	change(&c.outbox.stats)
}
