// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestPolicyDeclaredFillsWhatIsDeclaredAndCreatesNothing(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat", declaredOnly)
	declare(t, ns, "before", "chat", "declared before")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	for _, id := range []string{"declared before", "declared after", "never declared"} {
		send(t, s, fakeim.InfoChanged(id, 1000, fakeim.Body{"Name": "ops"}))
	}
	hasName := func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") }
	awaitGroup(t, ns, "declared before", "is filled", hasName)

	eventually(t, "only the undeclared groups are pending", func() error { return o.isMetric("imgroup_journal_pending_groups", 2) })
	declare(t, ns, "after", "chat", "declared after")
	awaitGroup(t, ns, "declared after", "is filled", hasName)

	o.awaitDrained() // which takes the 30 s that an event waits for a declaration
	if err := o.drops("not_declared", 1); err != nil {
		t.Error(err)
	}
	if all := listGroups(t, ns); len(all) != 2 {
		t.Errorf("%d IMGroups, want the declared two alone", len(all))
	}
}

func TestMaxCountIsExactUnderABurst(t *testing.T) {
	t.Parallel()
	const limit, burst = 5, 20
	ns := newNamespace(t)
	newApp(t, ns, "chat", func(s *imv1alpha1.IMAppSpec) {
		count := int32(limit)
		s.Groups = &imv1alpha1.IMAppGroups{MaxCount: &count}
	})
	declare(t, ns, "extra", "chat", "declared")
	o := startOperator(t, ns)
	var all []callback
	for i := range burst {
		all = append(all, encoded(t, fakeim.InfoChanged(fmt.Sprintf("group %d", i), 1000, fakeim.Body{"Name": "ops"})))
	}
	sendAll(t, all, o.sender(ns, "chat"))
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("declared", 1000, fakeim.Body{"Name": "ops"}))
	o.awaitDrained()
	if got := listGroups(t, ns); len(got) != limit+1 {
		t.Errorf("%d IMGroups, want %d created and the declared one", len(got), limit)
	}
	if err := o.drops("max_count", burst-limit); err != nil {
		t.Error(err)
	}
	eventually(t, "the IMApp says so", func() error {
		app := getApp(t, ns, "chat")
		const want = "callbacks are accepted; spec.groups.maxCount (5) is reached, so IMGroups of further groups are not created"
		for _, c := range app.Status.Conditions {
			if c.Type == "Ready" && c.Status == "True" && c.Message == want {
				return nil
			}
		}
		return fmt.Errorf("conditions: %v", app.Status.Conditions)
	})
}
