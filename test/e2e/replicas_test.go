// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"flag"
	"fmt"
	"testing"
)

var leaderEnds = flag.Int("leader-ends", 2, "how often the leader of some replicas is killed or stopped, in turn")

func TestReplicasConvergeWhileTheirLeadersEnd(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3} {
		t.Run(fmt.Sprint(n, " replicas"), func(t *testing.T) {
			t.Parallel()
			convergeWithoutLeaders(t, n)
		})
	}
}

func convergeWithoutLeaders(t *testing.T, n int) {
	t.Helper()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	replicas := startReplicas(t, ns, n)
	w := startWaves(t, ns, replicas)
	count := tally{}
	for i := range *leaderEnds {
		leader := awaitLeader(t, ns, replicas)
		count.add(leader) // for its metrics end with it
		if i%2 == 0 {
			leader.kill()
		} else {
			leader.stop()
		}
		leader.start()
		leader.awaitReady()
	}
	awaitLeader(t, ns, replicas)
	sent := w.end()
	for _, o := range replicas {
		o.awaitDrained()
		count.add(o)
	}
	checkState(t, ns, sent)
	count.checkConflicts(t, n)
}

// awaitLeader waits until one of the replicas leads.
func awaitLeader(t *testing.T, namespace string, replicas []*operator) (leader *operator) {
	t.Helper()
	within(t, takeOver, "one of the replicas leads", func() error {
		for _, o := range replicas {
			if o.leads(namespace) == nil {
				leader = o
				return nil
			}
		}
		return errors.New("none does")
	})
	return leader
}

// tally sums metrics of several operators.
type tally map[string]float64

func (sum tally) add(o *operator) {
	o.t.Helper()
	for name, n := range o.writes() {
		sum[name] += n
	}
}

// checkConflicts checks that each write cost each other replica one try at most: a replica writes a group once at a
// time, and reads it anew after a conflict, so it takes another write for the next one.
func (sum tally) checkConflicts(t *testing.T, replicas int) {
	t.Helper()
	of := func(result string) float64 { return sum[fmt.Sprintf("imgroup_sync_writes_total{result=%q}", result)] }
	written, conflicts := of("created")+of("patched")+of("cleared"), of("conflict")
	if limit := written * float64(replicas-1); conflicts > limit {
		t.Errorf("%v conflicts, want at most %v", conflicts, limit)
	}
	t.Logf("%v conflicts, %v writes", conflicts, written)
}
