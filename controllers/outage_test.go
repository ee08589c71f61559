// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"strconv"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func TestInAnOutageAFewGroupsAsk(t *testing.T) {
	var o outage
	now := time.Now()
	key := func(i int) event.Key { return event.Key{Namespace: "chat", App: "chat", GroupID: strconv.Itoa(i)} }
	const groups = 4 * outageProbes
	asking := func() (n int) {
		for i := range groups {
			switch wait := o.parked(key(i), now); {
			case wait == 0:
				n++
			case wait < parkedFor || wait >= 2*parkedFor:
				t.Fatalf("a group is parked for %s", wait)
			}
		}
		return n
	}
	if n := asking(); n != groups || o.over() {
		t.Fatalf("without an outage %d of %d groups may ask", n, groups)
	}
	for i := range groups { // all were under way when it began
		o.failed(key(i), now)
	}
	if n := asking(); n != outageProbes {
		t.Errorf("%d groups ask, want %d", n, outageProbes)
	}
	o.failed(key(0), now.Add(probeLife))
	now = now.Add(probeLife + time.Second)
	if n := asking(); n != groups {
		t.Errorf("when all but one of those that ask are gone, %d may take their place, want any", n)
	}
	if _, asks := o.probes[key(0)]; !asks || len(o.probes) != 1 {
		t.Errorf("%d are remembered, want the one that still asks", len(o.probes))
	}
	if !o.over() || o.over() {
		t.Error("the first answer ends the outage, and no other one does")
	}
	if n := asking(); n != groups {
		t.Errorf("after the outage %d of %d groups may ask", n, groups)
	}
}
