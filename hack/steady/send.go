// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// fields are what callbacks change in turn: each callback is the only one that sets its field of its group, so none can
// hide the loss of another.
var fields = []string{"Name", "Introduction", "Notification", "FaceUrl"}

// outcome is what became of the callbacks.
type outcome struct {
	mu           sync.Mutex
	run          string
	acknowledged []int
	refused      int           // no answer within 2 s, or another than OK
	slowest      time.Duration // of those acknowledged
	gap          time.Duration // longest time without an acknowledgement
	last         time.Time
}

func (o *outcome) String() string {
	return fmt.Sprintf("acknowledged %d, refused %d, slowest answer %s, longest time without one %s",
		len(o.acknowledged), o.refused, o.slowest.Round(time.Millisecond), o.gap.Round(time.Millisecond))
}

// group and value of callback n.
func (o *outcome) group(n int) string { return "steady-" + o.run + "-" + strconv.Itoa(n/len(fields)) }
func (o *outcome) value(n int) string { return o.run + "-" + strconv.Itoa(n) }

// send sends callbacks until the time is up or ctx is done, whatever the answers, and waits for those in flight.
func send(ctx context.Context, s settings) *outcome {
	start := time.Now()
	o := &outcome{run: strconv.FormatInt(start.Unix(), 36), last: start}
	ctx, cancel := context.WithTimeout(ctx, s.length)
	defer cancel()
	tick := time.NewTicker(time.Second / time.Duration(s.rate))
	defer tick.Stop()
	var senders errgroup.Group
	senders.SetLimit(s.connections)
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			_ = senders.Wait() // no sender returns an error
			return o
		case <-tick.C:
			senders.Go(func() error {
				o.one(context.WithoutCancel(ctx), &s.sender, n)
				return nil
			})
		}
	}
}

func (o *outcome) one(ctx context.Context, sender *fakeim.Sender, n int) {
	changes := fakeim.Body{fields[n%len(fields)]: o.value(n)}
	start := time.Now()
	reply, err := sender.Send(ctx, fakeim.InfoChanged(o.group(n), start.UnixMilli(), changes))
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil || !reply.OK() {
		o.refused++
		return
	}
	o.acknowledged = append(o.acknowledged, n)
	o.slowest = max(o.slowest, now.Sub(start))
	o.gap = max(o.gap, now.Sub(o.last))
	o.last = now
}
