// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

var overload = flag.Duration("overload", 8*time.Second, "how long an operator gets more callbacks than the API server takes")

const (
	overloadGroups  = 5000
	overloadClients = 64
	// overloadMemory is what the journal's index and the IMGroups of so many groups may take, with the garbage beside.
	overloadMemory = 192 * mebibyte
	// overloadCatchUp is how long so many new IMGroups may take afterwards, on a slow machine.
	overloadCatchUp = 5 * time.Minute
)

// TestMoreCallbacksThanTheAPIServerTakes is not parallel: it takes all that the machine has.
func TestMoreCallbacksThanTheAPIServerTakes(t *testing.T) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns, "--journal-max-groups=2000") // of which one app may have 1,000
	s := many(t, o.sender(ns, "chat"), overloadClients)
	n := newNumbers(overloadGroups)
	send(t, s, harmless)
	o.awaitDrained()
	before := o.footprint()
	peak := before
	flood := startStorm(t, overloadClients, 0, func(ctx context.Context) error { return n.send(ctx, s) })
	during(t, *overload, time.Second, func() { peak = peak.peak(o.footprint()) })
	flood.end()
	if o.metric("imgroup_journal_pending_groups") == 0 {
		t.Error("the API server took all callbacks as they came")
	}
	within(t, overloadCatchUp, "nothing is pending", func() error { return o.isMetric("imgroup_journal_pending_groups", 0) })
	send(t, s, harmless)
	t.Logf("%d callbacks, %d of them refused; before %s, at most %s", n.count, n.refused, before, peak)
	must(t, errors.Join(n.check(t, ns), peak.within(before, 4*overloadClients, overloadMemory), o.Err()))
}

func TestAnAppAtItsShareLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "loud")
	newApp(t, ns, "quiet")
	o, proxy := startBehindProxy(t, ns, "--journal-max-groups=40")
	loud, quiet := o.sender(ns, "loud"), o.sender(ns, "quiet")
	n := newNumbers(20)
	proxy.Stop()
	for range n.groups { // the half of 40
		must(t, n.send(t.Context(), loud))
	}
	if n.refused > 0 {
		t.Fatalf("%d of %d callbacks were refused below the share", n.refused, n.count)
	}
	for i := range 10 {
		must(t, refused(t.Context(), loud, http.StatusServiceUnavailable, encodedName(fmt.Sprintf("beyond-%d", i), 1)))
		must(t, n.send(t.Context(), loud)) // what is pending already costs nothing more
		send(t, quiet, encodedName(fmt.Sprintf("quiet-%d", i), 1))
	}
	must(t, o.isMetric(`imgroup_journal_errors_total{op="share"}`, 10))
	must(t, o.isMetric("imgroup_journal_pending_groups", 30))

	must(t, proxy.Start())
	eventually(t, "the app's callbacks are taken again", func() error { return trySend(t.Context(), loud, encodedName("beyond-0", 1)) })
	o.awaitDrained()
	must(t, n.check(t, ns))
	if all := len(listGroups(t, ns)); all != 31 {
		t.Errorf("there are %d IMGroups, want 20, 10 and one more", all)
	}
}

// encodedName says that a group's name is a number since a time that grows with the number.
func encodedName(group string, number int) fakeim.Body {
	return fakeim.InfoChanged(group, trafficStart+number, fakeim.Body{"Name": fmt.Sprint(number)})
}
