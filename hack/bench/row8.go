// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/oracle"
)

const (
	outageRate   = 50 // callbacks per second, to each operator
	outageGroups = 50
	outageEdge   = 3 * time.Second // of callbacks before the API server goes, and after it is back
)

// row8 takes the API server away while callbacks come. Two operators, with leader election and without, go through the
// same outages; each has callbacks of its own.
func (b *bench) row8(ctx context.Context) error {
	if _, err := b.needCluster(ctx); err != nil {
		return err
	}
	for _, length := range b.outages {
		victims, err := b.outage(ctx, length)
		if err != nil {
			return fmt.Errorf("an outage of %s: %w", length, err)
		}
		b.addOutage(length, victims)
	}
	return nil
}

// addOutage has a value for each operator, the one with leader election first.
func (b *bench) addOutage(length time.Duration, victims []*victim) {
	var late, wrong, waits, sent []float64
	for _, v := range victims {
		late, wrong = append(late, float64(v.late())), append(wrong, float64(v.wrong))
		waits, sent = append(waits, v.caughtUp.Seconds()), append(sent, float64(v.sent))
		if v.diff != "" {
			b.say("with %s: %s", v.mode, v.diff)
		}
	}
	what := "API server away " + length.String() + ": "
	b.add(figure{Row: "8", What: what + "callbacks not acknowledged within 2 s", Values: late, Bound: none()})
	b.add(figure{Row: "8", What: what + "groups that differ from what was acknowledged", Values: wrong, Bound: none()})
	b.detail("8", what+"from its return until all is written", "s", waits)
	b.detail("8", what+"callbacks sent, 50/s", "", sent)
}

// victim is an operator that goes through an outage.
type victim struct {
	mode      string
	namespace string
	operator  *operator
	sender    fakeim.Sender
	caughtUp  time.Duration
	wrong     int
	diff      string

	mu    sync.Mutex
	sent  int
	acked []oracle.Callback
}

func (v *victim) late() int { return v.sent - len(v.acked) }

func (b *bench) outage(ctx context.Context, length time.Duration) (victims []*victim, err error) {
	defer func() {
		for _, v := range victims {
			err = errors.Join(err, v.operator.stop())
		}
	}()
	for _, mode := range []string{"--leader-elect=true", "--leader-elect=false"} {
		v, err := b.newVictim(ctx, mode)
		if err != nil {
			return victims, err
		}
		victims = append(victims, v)
	}
	var senders sync.WaitGroup
	sending, stop := context.WithTimeout(ctx, length+startTimeout+2*outageEdge)
	defer stop()
	for _, v := range victims {
		senders.Go(func() { v.send(sending) })
	}
	back, err := b.takeAway(ctx, length)
	stop()
	senders.Wait()
	if err != nil {
		return victims, err
	}
	return victims, b.judge(ctx, victims, back)
}

func (b *bench) newVictim(ctx context.Context, mode string) (*victim, error) {
	app, err := b.seeded(ctx, "outage", 0)
	if err != nil {
		return nil, err
	}
	o, err := b.startOperator(ctx, app.Namespace, mode)
	if err != nil {
		return nil, err
	}
	return &victim{mode: mode, namespace: app.Namespace, operator: o,
		sender: fakeim.Sender{URL: o.URL(app.Namespace, appName), SDKAppID: sdkAppID, Token: token}}, nil
}

// takeAway ends the API server without any grace and starts it again after the time; etcd lives on.
func (b *bench) takeAway(ctx context.Context, length time.Duration) (back time.Time, err error) {
	if !sleepUntil(ctx, time.Now().Add(outageEdge)) {
		return back, ctx.Err()
	}
	if err := b.cluster.env.KillAPIServer(); err != nil {
		return back, err
	}
	if !sleepUntil(ctx, time.Now().Add(length)) {
		return back, ctx.Err()
	}
	if err := b.cluster.env.StartAPIServer(ctx); err != nil {
		return back, err
	}
	back = time.Now()
	sleepUntil(ctx, back.Add(outageEdge))
	return back, nil
}

// send sends at a fixed pace until the context ends, whatever becomes of the callbacks.
func (v *victim) send(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	tick := time.NewTicker(time.Second / outageRate)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			all.Go(func() { v.sendOne(context.WithoutCancel(ctx), n) })
		}
	}
}

// sendOne changes one of four fields; fakeim gives up after 2 s. Some groups are new while the API server is away.
func (v *victim) sendOne(ctx context.Context, n int) {
	field := []string{"Name", "Introduction", "Notification", "FaceUrl"}[n%4]
	eventTime := nextEventTime()
	body, err := fakeim.Encode(fakeim.InfoChanged(groupID(n/7%outageGroups), eventTime, fakeim.Body{field: notice(eventTime)}))
	if err != nil {
		return
	}
	start := time.Now()
	reply, err := v.sender.Send(ctx, body)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent++
	if err == nil && reply.OK() && time.Since(start) <= patience {
		v.acked = append(v.acked, oracle.Callback{Body: body, Platform: platform, Received: start})
	}
}

// judge waits until all is written and compares the objects with what the acknowledged callbacks say.
func (b *bench) judge(ctx context.Context, victims []*victim, back time.Time) error {
	for _, v := range victims {
		if err := v.operator.drained(ctx); err != nil {
			return fmt.Errorf("%s: %w", v.mode, err)
		}
		v.caughtUp = time.Since(back)
		live, err := b.cluster.groups(ctx, v.namespace)
		if err != nil {
			return err
		}
		want := oracle.Expect(v.acked)
		v.diff = oracle.Diff(want, live)
		for id := range want {
			i := slices.IndexFunc(live, func(g imv1alpha1.IMGroup) bool { return g.Spec.GroupID == id })
			if i < 0 || oracle.Diff(map[string]oracle.Group{id: want[id]}, live[i:i+1]) != "" {
				v.wrong++
			}
		}
	}
	return nil
}
