// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// takeOver is how long a replica may take to lead after the leader has died: the 15 s of the Lease, and two tries of
// 2 s with their jitter, on a slow machine.
const takeOver = 25 * time.Second

func TestAnotherReplicaLeadsWhenTheLeaderIsKilled(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	replicas := startReplicas(t, ns, 2)
	newApp(t, ns, "first")
	awaitApp(t, ns, "first", "Ready=True/Ready")
	for _, o := range replicas { // each has a cache of its own
		eventually(t, "it knows the app", func() error { return o.isMetric(`imgroup_apps{ready="true"}`, 1) })
	}
	leader, other := replicas[0], replicas[1]
	if other.leads(ns) == nil {
		leader, other = other, leader
	}
	eventually(t, "one of the replicas leads", func() error { return leader.leads(ns) })

	leader.kill()
	newApp(t, ns, "second")
	declare(t, ns, "declared", "first", "declared while none led")
	send(t, other.sender(ns, "first"), fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"})) // needs no leader
	within(t, takeOver, "the other replica leads and writes the status of IMApps", func() error {
		return errors.Join(other.leads(ns), hasConditions(getApp(t, ns, "second").Status.Conditions, "Ready=True/Ready"))
	})
	if _, err := groupWithID(t, ns, "g"); err != nil {
		t.Error(err)
	}
	awaitGroup(t, ns, "declared while none led", "is tracked", func(g imv1alpha1.IMGroup) error {
		return hasConditions(g.Status.Conditions, "Ready=True/Tracking")
	})
}

func TestLosingTheLeaseDoesNotEndTheOperator(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := startReplicas(t, ns, 1)[0]
	newApp(t, ns, "first")
	eventually(t, "it leads", func() error { return o.leads(ns) })

	// Leases can be changed by more than the operators: somebody says that another one leads, and is gone.
	lease := getLease(t, ns)
	update(t, lease, func(l *coordinationv1.Lease) {
		thief, now := "somebody else", metav1.NewMicroTime(time.Now())
		l.Spec.HolderIdentity, l.Spec.RenewTime, l.Spec.AcquireTime = &thief, &now, &now
	})
	eventually(t, "it has noticed", func() error {
		if !strings.Contains(o.Said(), "Failed to renew lease") {
			return errNotYet
		}
		return nil
	})
	send(t, o.sender(ns, "first"), harmless)
	if err := o.ready(); err != nil {
		t.Error(err)
	}
	newApp(t, ns, "second")
	within(t, takeOver+10*time.Second, "it leads again", func() error { return o.leads(ns) })
	awaitApp(t, ns, "second", "Ready=True/Ready")
	if err := o.Err(); err != nil {
		t.Error(err)
	}
}

func getLease(t *testing.T, namespace string) *coordinationv1.Lease {
	t.Helper()
	lease := &coordinationv1.Lease{}
	must(t, world.admin.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: "imgroup-operator"}, lease))
	return lease
}

// leads tells whether the Lease of a namespace names the operator's process.
func (o *operator) leads(namespace string) error {
	o.t.Helper()
	lease := &coordinationv1.Lease{}
	if err := world.admin.Get(o.t.Context(), types.NamespacedName{Namespace: namespace, Name: "imgroup-operator"}, lease); err != nil {
		return err
	}
	holder := lease.Spec.HolderIdentity
	if holder == nil || !strings.HasSuffix(*holder, fmt.Sprintf("_%d", o.PID())) {
		return fmt.Errorf("the leader is %s", words(holder))
	}
	return nil
}
