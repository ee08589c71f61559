// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

var raceTime = flag.Duration("resync-race", 8*time.Second, "how long resyncs run beside callbacks")

func TestAResyncBesideCallbacksNeverMovesAFieldBackwards(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := newOperator(t, ns)
	c := newCloud(t, fakeim.Config{Seed: rand.Uint64(), Callbacks: o.sender(ns, "chat"),
		Delivery: fakeim.Delivery{Drop: 0.05, Disorder: fakeim.Disorder{Duplicate: 0.1, Late: 0.2, Delay: 30}}})
	o.Args = append(o.Args, c.allowed())
	newApp(t, ns, "chat", c.rest(t, ns))
	o.start()
	o.awaitReady()
	c.fill(t, 100)
	seen := watchClocks(t, ns)
	var changes sync.WaitGroup
	over := make(chan struct{})
	changes.Go(func() {
		for i := 0; !isClosed(over); i++ {
			c.changeSomething(t, i)
			c.Deliver(t.Context())
		}
	})
	resyncs := 0
	for end := time.Now().Add(*raceTime); time.Now().Before(end); resyncs++ {
		resync(t, ns, "chat")
	}
	close(over)
	changes.Wait()
	t.Logf("%d resyncs beside the callbacks", resyncs)
	c.Settle(t.Context())
	during(t, 3*time.Second, time.Second, func() {}) // see TestAResyncMendsWhatLostCallbacksLeft
	resync(t, ns, "chat")
	o.awaitDrained()
	must(t, c.sameAsCloud(listGroups(t, ns)))
	seen.check()
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// clocks follows the time of every field of every IMGroup.
type clocks struct {
	t      *testing.T
	watch  watch.Interface
	done   chan struct{}
	events int
}

func watchClocks(t *testing.T, namespace string) *clocks {
	t.Helper()
	w, err := world.admin.Watch(t.Context(), &imv1alpha1.IMGroupList{}, client.InNamespace(namespace))
	if err != nil {
		t.Fatal(err)
	}
	c := &clocks{t: t, watch: w, done: make(chan struct{})}
	go c.follow()
	return c
}

func (c *clocks) follow() {
	defer close(c.done)
	newest := map[string]map[string]time.Time{}
	for e := range c.watch.ResultChan() {
		g, ok := e.Object.(*imv1alpha1.IMGroup)
		if !ok {
			continue
		}
		c.events++
		now := map[string]time.Time{}
		for field, at := range g.Status.FieldTimes {
			now[field] = at.Time
			if before := newest[g.Name][field]; at.Time.Before(before) {
				c.t.Errorf("%s of %s moved from %s back to %s", field, g.Spec.GroupID, before, at)
			}
		}
		newest[g.Name] = now
	}
}

// check ends the watch, which must have shown something.
func (c *clocks) check() {
	c.watch.Stop()
	<-c.done
	if c.events == 0 {
		c.t.Error("the watch has shown nothing")
	}
}
