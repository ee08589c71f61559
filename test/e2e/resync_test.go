// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// requests makes the values of annotations different.
var requests atomic.Int32

func annotate(o metav1.Object, request string) {
	o.SetAnnotations(map[string]string{imv1alpha1.AnnotationResyncRequestedAt: request})
}

func ref[T any](v T) *T { return &v }

func TestAResyncCompletesEveryGroupAndASecondOneWritesNothing(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	c := newCloud(t, fakeim.Config{})
	const all = 200
	c.fill(t, all)
	newApp(t, ns, "chat", c.rest(t, ns, every(3600))) // at the start, without being asked
	o := startOperator(t, ns, c.allowed())
	awaitApp(t, ns, "chat", "Resynced=True/ResyncCompleted", "Ready=True/Ready")
	groups := awaitCleared(t, ns)
	must(t, c.sameAsCloud(groups))
	before := map[string]string{}
	for _, g := range groups {
		before[g.Name] = g.ResourceVersion
		if err := differs([]string{"Ready=True/Tracking", "Synced=True/AllFieldsKnown"}, conditionsOf(g.Status.Conditions)); err != nil {
			t.Errorf("%s: %v", g.Name, err)
		}
	}
	status := getApp(t, ns, "chat").Status.Resync
	if status.GroupsDone == nil || *status.GroupsDone != all || status.GroupsTotal == nil || *status.GroupsTotal != all || status.Watermark == nil {
		t.Errorf("status.resync is %+v", status)
	}
	resync(t, ns, "chat")
	after := map[string]string{}
	for _, g := range listGroups(t, ns) {
		after[g.Name] = g.ResourceVersion
	}
	must(t, differs(before, after))
	if got := o.metric(`imgroup_resync_groups_total{result="unchanged"}`); got != all {
		t.Errorf("%v groups were unchanged, want %d", got, all)
	}
	o.kill() // a new process knows the texts from another list
	o.start()
	o.awaitReady()
	eventually(t, "the resync of the new process has seen all groups", func() error {
		return o.isMetric(`imgroup_resync_groups_total{result="unchanged"}`, all)
	})
}

func TestAResyncMendsWhatLostCallbacksLeft(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := newOperator(t, ns)
	c := newCloud(t, fakeim.Config{Seed: rand.Uint64(), Callbacks: o.sender(ns, "chat"),
		Delivery: fakeim.Delivery{Drop: 0.1, Disorder: fakeim.Disorder{Reorder: 3, Duplicate: 0.1, Late: 0.1, Delay: 20}}})
	o.Args = append(o.Args, c.allowed())
	newApp(t, ns, "chat", c.rest(t, ns))
	o.start()
	o.awaitReady()
	c.fill(t, 100)
	for i := range 2000 {
		c.changeSomething(t, i)
		c.Deliver(t.Context())
	}
	c.Settle(t.Context())
	// An observation has the time of the whole second before it: only what is older than that is sure to be seen as new.
	during(t, 3*time.Second, time.Second, func() {})
	resync(t, ns, "chat")
	o.awaitDrained()
	must(t, c.sameAsCloud(listGroups(t, ns)))
}

// changeSomething makes one change, of a kind that its number says.
func (c *cloud) changeSomething(t *testing.T, i int) {
	t.Helper()
	id := fmt.Sprintf("ops-%04d", rand.IntN(100))
	var err error
	switch _, exists := c.Group(id); {
	case !exists:
		_, err = c.Create(fakeim.Group{ID: id, Name: fmt.Sprint("again ", i), Owner: "vera"}, fakeim.Somebody)
	case i%50 == 0:
		err = c.Destroy(id, fakeim.Somebody)
	case i%50 == 1:
		err = c.ChangeOwner(id, "leckie", fakeim.Somebody)
	default:
		change := fakeim.Change{Name: ref(fmt.Sprint("name ", i))}
		if i%3 == 0 {
			change = fakeim.Change{Notification: ref(fmt.Sprint("text ", i)), Introduction: ref("")}
		}
		err = c.Change(id, change, fakeim.Somebody)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAGroupThatEndedUnseenIsFoundOut(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	c := newCloud(t, fakeim.Config{})
	c.fill(t, 3)
	newApp(t, ns, "chat", c.rest(t, ns))
	startOperator(t, ns, c.allowed())
	resync(t, ns, "chat")
	must(t, c.Destroy("ops-0001", fakeim.Somebody))
	declare(t, ns, "nonsense", "chat", "no such group")
	during(t, 2*time.Second, time.Second, func() {})
	resync(t, ns, "chat")
	awaitGroup(t, ns, "ops-0001", "is destroyed", func(g imv1alpha1.IMGroup) error {
		if g.Status.DestroyedTime == nil {
			return errNotYet
		}
		return hasConditions(g.Status.Conditions, "Destroyed=True/Disbanded")
	})
}
