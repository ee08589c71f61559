// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package leader

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

func TestWithoutElectionAReplicaAlwaysLeads(t *testing.T) {
	e, err := New(&rest.Config{}, "ns", "me", false)
	if err != nil || !e.IsLeader() {
		t.Fatalf("leads %t, %v", e.IsLeader(), err)
	}
	ctx, stop := context.WithCancel(t.Context())
	elected := 0
	e.OnElected(func() { elected++; stop() })
	if err := e.Start(ctx); err != nil || elected != 1 || e.NeedLeaderElection() {
		t.Errorf("elected %d times, %v", elected, err)
	}
}

// A replica that loses the Lease campaigns again, in the same process.
func TestALostLeaseIsCampaignedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clients := fake.NewClientset()
		var away atomic.Bool
		clients.PrependReactor("*", "leases", func(clienttesting.Action) (bool, runtime.Object, error) {
			return away.Load(), nil, errors.New("connection refused")
		})
		e := &Elector{lock: &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Namespace: "ns", Name: leaseName}, Client: clients.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: "me"}}}
		ctx, stop := context.WithCancel(t.Context())
		elected, ended := 0, make(chan error, 1)
		e.OnElected(func() { elected++ })
		go func() { ended <- e.Start(ctx) }()
		time.Sleep(time.Minute)
		if !e.IsLeader() || elected != 1 {
			t.Fatalf("leads %t after %d elections", e.IsLeader(), elected)
		}
		away.Store(true)
		time.Sleep(renewDeadline + 2*retryPeriod)
		if e.IsLeader() {
			t.Error("it leads without the Lease")
		}
		away.Store(false)
		time.Sleep(time.Minute)
		if !e.IsLeader() || elected != 2 {
			t.Errorf("leads %t after %d elections", e.IsLeader(), elected)
		}
		stop()
		if err := <-ended; err != nil || e.IsLeader() {
			t.Errorf("leads %t, %v", e.IsLeader(), err)
		}
	})
}

// The goroutine that begins a term may be late: the Lease may be lost by then.
func TestATermThatIsOverMakesNoLeader(t *testing.T) {
	e, told := &Elector{}, 0
	e.OnElected(func() { told++ })
	over, end := context.WithCancel(t.Context())
	end()
	if e.begin(over); e.IsLeader() {
		t.Error("it leads after its term")
	}
	if e.begin(t.Context()); !e.IsLeader() || told != 2 {
		t.Errorf("leads %t, told %d times", e.IsLeader(), told)
	}
	if e.end(); e.IsLeader() {
		t.Error("it leads after the end")
	}
}

func TestTheLeaseIsTheOperatorsInItsNamespace(t *testing.T) {
	e, err := New(&rest.Config{Host: "https://127.0.0.1:1"}, "im", "pod-0", true)
	if err != nil || e.IsLeader() {
		t.Fatalf("%v, leads %t before it was elected", err, e.IsLeader())
	}
	if got := e.lock.Describe(); got != "im/"+leaseName || e.lock.Identity() != "pod-0" {
		t.Errorf("the Lease is %s, held as %s", got, e.lock.Identity())
	}
}

// Two replicas: one leads, and the other soon after the first has ended.
func TestTheNextReplicaLeadsWhenTheFirstEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clients := fake.NewClientset()
		ctx, stop := context.WithCancel(t.Context())
		first, endFirst := context.WithCancel(ctx)
		var electors []*Elector
		ended := make(chan error, 2)
		for i, ctx := range []context.Context{first, ctx} {
			e := &Elector{lock: &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Namespace: "ns", Name: leaseName}, Client: clients.CoordinationV1(),
				LockConfig: resourcelock.ResourceLockConfig{Identity: string(rune('a' + i))}}}
			electors = append(electors, e)
			go func() { ended <- e.Start(ctx) }()
			time.Sleep(time.Minute)
		}
		if !electors[0].IsLeader() || electors[1].IsLeader() {
			t.Fatalf("the first leads %t, the second %t", electors[0].IsLeader(), electors[1].IsLeader())
		}
		endFirst()
		time.Sleep(3 * retryPeriod) // it gave the Lease back
		if electors[0].IsLeader() || !electors[1].IsLeader() {
			t.Errorf("the first leads %t, the second %t", electors[0].IsLeader(), electors[1].IsLeader())
		}
		stop()
		if err := errors.Join(<-ended, <-ended); err != nil {
			t.Error(err)
		}
	})
}
