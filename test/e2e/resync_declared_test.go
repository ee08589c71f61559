// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"slices"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func isComplete(g imv1alpha1.IMGroup) error {
	return hasConditions(g.Status.Conditions, "Synced=True/AllFieldsKnown", "Ready=True/Tracking")
}

func TestADeclaredIMGroupIsFilledAtOnce(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	cloud := newCloud(t, fakeim.Config{})
	cloud.fill(t, 20)
	declare(t, ns, "before", "chat", "ops-0003") // before the operator starts
	newApp(t, ns, "chat", cloud.rest(t, ns), declaredOnly)
	startOperator(t, ns, cloud.allowed())
	awaitGroup(t, ns, "ops-0003", "is complete", isComplete)
	declare(t, ns, "one", "chat", "ops-0007")
	declare(t, ns, "two", "chat", "ops-0007")
	for _, name := range []string{"one", "two"} {
		eventually(t, name+" is complete", func() error { return isComplete(getGroup(t, ns, name)) })
	}
	if calls := cloud.Calls("get_appid_group_list"); calls > 0 {
		t.Errorf("all groups were listed for a few (%d times)", calls)
	}
	resync(t, ns, "chat")
	if n := len(listGroups(t, ns)); n != 3 {
		t.Errorf("%d IMGroups after a resync, want the 3 that were declared", n)
	}
}

func TestACreatedIMGroupThatWasDeletedComesBackComplete(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := newOperator(t, ns)
	cloud := newCloud(t, fakeim.Config{Callbacks: o.sender(ns, "chat")})
	o.Args = append(o.Args, cloud.allowed())
	newApp(t, ns, "chat", cloud.rest(t, ns))
	o.start()
	o.awaitReady()
	cloud.fill(t, 1)
	cloud.Deliver(t.Context())
	g := awaitGroup(t, ns, "ops-0000", "is complete, although its creation told only its name", isComplete)
	remove(t, &g)
	must(t, cloud.Change("ops-0000", fakeim.Change{Name: ref("new name")}, fakeim.Somebody))
	cloud.Deliver(t.Context())
	awaitGroup(t, ns, "ops-0000", "is back and complete", func(now imv1alpha1.IMGroup) error {
		return errors.Join(isComplete(now), is("name", now.Status.Name, "new name"))
	})
}

func TestTheStateOfOneIMGroupCanBeAskedFor(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	cloud := newCloud(t, fakeim.Config{}) // which sends no callbacks
	cloud.fill(t, 2)
	newApp(t, ns, "chat", cloud.rest(t, ns))
	startOperator(t, ns, cloud.allowed())
	resync(t, ns, "chat")
	must(t, cloud.Change("ops-0001", fakeim.Change{Notification: ref("unseen")}, fakeim.Somebody))
	during(t, 2*time.Second, time.Second, func() {})
	removeFault := cloud.Inject(fakeim.Unavailable) // what was asked for meanwhile is not forgotten
	g, err := groupWithID(t, ns, "ops-0001")
	must(t, err)
	update(t, &g, func(g *imv1alpha1.IMGroup) { annotate(g, "now") })
	eventually(t, "the cloud is asked", func() error {
		if cloud.Calls("get_group_info") < 5 { // once by the resync, and one whole try
			return errNotYet
		}
		return nil
	})
	removeFault()
	awaitGroup(t, ns, "ops-0001", "is up to date", func(g imv1alpha1.IMGroup) error { return is("notification", g.Status.Notification, "unseen") })
	if calls := cloud.Calls("get_appid_group_list"); calls != 1 {
		t.Errorf("all groups were listed %d times, want only for the resync", calls)
	}
}

func TestAnIMGroupOfADisbandedGroupIsKeptAsLongAsItsIMAppSays(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat", func(s *imv1alpha1.IMAppSpec) {
		s.Groups = &imv1alpha1.IMAppGroups{DestroyedRetentionSeconds: ref(int32(3600))}
	})
	declare(t, ns, "mine", "chat", "declared")
	o := startOperator(t, ns)
	now := time.Now().UnixMilli()
	hours := func(n int64) int64 { return now - n*3600_000 }
	for id, destroyed := range map[string]int64{"long ago": hours(2), "declared": hours(2), "lately": hours(0)} {
		send(t, o.sender(ns, "chat"), fakeim.Created(id, hours(3), "leckie", id))
		send(t, o.sender(ns, "chat"), fakeim.Destroyed(id, destroyed, "leckie", id))
	}
	o.awaitDrained()
	eventually(t, "the IMGroup of the group that ended long ago is deleted, and no other", func() error {
		var left []string
		for _, g := range listGroups(t, ns) {
			left = append(left, g.Spec.GroupID)
		}
		return differs([]string{"declared", "lately"}, slices.Sorted(slices.Values(left)))
	})
	update(t, ref(getApp(t, ns, "chat")), func(a *imv1alpha1.IMApp) { a.Spec.Groups.DestroyedRetentionSeconds = nil })
	send(t, o.sender(ns, "chat"), fakeim.Destroyed("kept", hours(2), "leckie", "kept"))
	awaitGroup(t, ns, "kept", "is there", func(g imv1alpha1.IMGroup) error {
		return hasConditions(g.Status.Conditions, "Destroyed=True/Disbanded")
	})
}
