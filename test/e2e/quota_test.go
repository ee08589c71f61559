// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// imgroupCount is the quota's name of the number of IMGroups.
const imgroupCount = "count/imgroups.im.imgroup.dev"

func TestEventsBeyondAQuotaWaitUntilThereIsRoom(t *testing.T) {
	t.Parallel()
	const room, sent = 2, 5
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "groups"}}
	create(t, quota)
	setQuota(t, quota, room, 0)
	o := startOperator(t, ns)
	var all []callback
	for i := range sent {
		all = append(all, encoded(t, fakeim.InfoChanged(fmt.Sprintf("group %d", i), 1000, fakeim.Body{"Name": "ops"})))
	}
	sendAll(t, all, o.sender(ns, "chat"))
	eventually(t, "the quota is used up and the other events wait", func() error {
		if n := len(listGroups(t, ns)); n != room {
			return fmt.Errorf("%d IMGroups", n)
		}
		if n := o.metric(`imgroup_sync_writes_total{result="error"}`); n < sent-room {
			return fmt.Errorf("%v refusals", n)
		}
		return o.isMetric("imgroup_journal_pending_groups", sent-room)
	})

	setQuota(t, quota, sent, room)
	awaitState(t, ns, all)
	o.awaitDrained()
	if files := o.setAside(); len(files) != 0 {
		t.Errorf("events that only had to wait were set aside: %q", files)
	}
}

// setQuota does what the controller-manager does, which is not here: admission works with a quota's status.
func setQuota(t *testing.T, quota *corev1.ResourceQuota, hard, used int) {
	t.Helper()
	amount := func(n int) corev1.ResourceList {
		return corev1.ResourceList{imgroupCount: resource.MustParse(fmt.Sprint(n))}
	}
	update(t, quota, func(q *corev1.ResourceQuota) { q.Spec.Hard = amount(hard) })
	quota.Status = corev1.ResourceQuotaStatus{Hard: amount(hard), Used: amount(used)}
	if err := world.admin.Status().Update(t.Context(), quota); err != nil {
		t.Fatal(err)
	}
}
