// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAResyncSurvivesTheEndOfItsLeader(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	c := newCloud(t, fakeim.Config{})
	c.fill(t, 300)
	allowElection(t, ns)
	var replicas []*operator
	for i := range 2 {
		replicas = append(replicas, newOperator(t, ns, append(elected(ns), c.allowed())...))
		replicas[i].start()
		replicas[i].awaitReady()
		eventually(t, "the first one leads", func() error { return replicas[0].leads(ns) })
	}
	newApp(t, ns, "chat", c.rest(t, ns, every(3600), func(r *imv1alpha1.IMAppREST) { r.QueriesPerSecond = ref(int32(2)) }))
	eventually(t, "the resync has begun", func() error {
		if n := len(listGroups(t, ns)); n < 50 {
			return fmt.Errorf("%d groups", n)
		}
		return nil
	})
	replicas[0].kill()
	if n := len(listGroups(t, ns)); n == 300 {
		t.Fatal("the first leader was too fast for this test")
	}
	awaitApp(t, ns, "chat", "Resynced=True/ResyncCompleted")
	must(t, c.sameAsCloud(listGroups(t, ns)))
}

func TestAnInvalidGroupIDIsSaid(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := newOperator(t, ns)
	c := newCloud(t, fakeim.Config{})
	o.Args = append(o.Args, c.allowed())
	c.Inject(fakeim.Fault{Command: "get_group_info", Body: []byte(
		`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupInfo":[{"GroupId":"typo","ErrorCode":10015,"ErrorInfo":"invalid"}]}`)})
	newApp(t, ns, "chat", c.rest(t, ns))
	o.start()
	o.awaitReady()
	declare(t, ns, "mine", "chat", "typo")
	awaitGroup(t, ns, "typo", "is invalid", func(g imv1alpha1.IMGroup) error {
		return hasConditions(g.Status.Conditions, "Ready=False/InvalidGroupID")
	})
	during(t, 3*time.Second, time.Second, func() {})
	if calls := c.Calls("get_group_info"); calls > 2 {
		t.Errorf("the group was asked for %d times", calls)
	}
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("typo", 1700000000000, fakeim.Body{"Name": "it lives"}))
	awaitGroup(t, ns, "typo", "is valid, since it lives", func(g imv1alpha1.IMGroup) error {
		return hasConditions(g.Status.Conditions, "Ready=True/Tracking")
	})
}

func TestASuspendedIMAppIsNotResyncedBeforeItResumes(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	c := newCloud(t, fakeim.Config{})
	c.fill(t, 2)
	newApp(t, ns, "chat", c.rest(t, ns), func(s *imv1alpha1.IMAppSpec) { s.Suspend = true })
	startOperator(t, ns, c.allowed())
	awaitApp(t, ns, "chat", "Ready=True/Suspended")
	update(t, ref(getApp(t, ns, "chat")), func(a *imv1alpha1.IMApp) { a.Spec.Suspend = false })
	awaitApp(t, ns, "chat", "Resynced=True/ResyncCompleted") // resuming asks for it
	must(t, c.sameAsCloud(listGroups(t, ns)))
}
