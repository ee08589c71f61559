// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// What an outage may add to an operator's footprint: a request or two for each worker and informer, and 200 groups.
const (
	outageGroups     = 200
	outageGoroutines = 200
	outageMemory     = 128 * mebibyte
)

// outageFailures is how many writes may fail: those that are under way when it begins, and some that begin then.
const outageFailures = 64

// staysSmall: what an operator takes of its machine is bounded while it gathers changes, and afterwards its
// goroutines are as many as before; nor do all groups ask again and again. Two replicas are tried, one that leads and
// one that knows no election.
func staysSmall(t *testing.T, p *outagePart) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	replicas := append(startReplicas(t, ns, 1), startOperator(t, ns))
	eventually(t, "one leads", func() error { return replicas[0].leads(ns) })
	sent := newTraffic(t, outageGroups, 2000).list(outageGroups)
	var before, peak []footprint
	for _, o := range replicas {
		sendAll(t, sent, o.sender(ns, "chat"))
		o.awaitDrained()
		before, peak = append(before, o.footprint()), append(peak, footprint{})
	}

	p.awaitAway()
	failedBefore := failedWrites(replicas)
	tr := newTraffic(t, outageGroups, 2000)
	during(t, p.length, callbackInterval, func() {
		c := tr.next()
		sent = append(sent, c)
		for i, o := range replicas {
			send(t, o.sender(ns, "chat"), c.body, fakeim.WithPlatform(c.platform)) // fails after 2 s
			peak[i] = peak[i].peak(o.footprint())
		}
	})
	if failed := failedWrites(replicas) - failedBefore; failed > float64(len(replicas)*outageFailures) {
		t.Errorf("%.0f writes have failed", failed)
	}
	p.awaitBack()
	within(t, catchUp, "the IMGroups say what the callbacks said", func() error { return stateIs(t, ns, sent) })
	for i, o := range replicas {
		within(t, catchUp, "all is done, also what the other one has written", func() error { return o.isMetric("imgroup_journal_pending_groups", 0) })
		t.Logf("replica %d: before %s, at most %s, after %s", i, before[i], peak[i], o.footprint())
		must(t, peak[i].within(before[i], outageGoroutines, outageMemory))
		o.awaitGoroutines(before[i])
	}
}

func failedWrites(replicas []*operator) (sum float64) {
	for _, o := range replicas {
		sum += o.metric(`imgroup_sync_writes_total{result="error"}`)
	}
	return sum
}

// goroutineSlack is more than what comes and goes in an idle operator: its informers' requests, probes, open connections.
const goroutineSlack = 20

// awaitGoroutines waits until about as many goroutines run as before.
func (o *operator) awaitGoroutines(before footprint) {
	o.t.Helper()
	within(o.t, harness.Patience, "the goroutines have ended", func() error {
		if now := o.footprint(); now.goroutines > before.goroutines+goroutineSlack {
			return fmt.Errorf("there are %s, before %s", now, before)
		}
		return nil
	})
}
