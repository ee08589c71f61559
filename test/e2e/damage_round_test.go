// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/oracle"
)

// groupsPerRound are enough for their callbacks to fill more than one segment.
const groupsPerRound = 24

// damageRound is one damage of a journal. Each of its callbacks is for a group of its own, so that a lost one shows.
type damageRound struct {
	t         *testing.T
	o         *operator
	namespace string
	number    int
	random    *rand.Rand
	sent      map[string]callback // by group
	after     callback            // sent to the restarted operator
	harm      *harm
	killed    time.Time
	logged    int // where the log of the restarted operator begins
}

func newDamageRound(o *operator, namespace string, seed uint64, number int) *damageRound {
	o.t.Helper()
	r := &damageRound{t: o.t, o: o, namespace: namespace, number: number, sent: map[string]callback{},
		random: rand.New(rand.NewPCG(seed, uint64(number)))}
	for i := range groupsPerRound {
		id := r.id(fmt.Sprintf("group-%03d", i))
		r.sent[id] = r.callback(id)
	}
	r.after = r.callback(r.id("after"))
	return r
}

func (r *damageRound) id(name string) string { return fmt.Sprintf("round-%04d-%s", r.number, name) }

func (r *damageRound) callback(id string) callback {
	r.t.Helper()
	return encoded(r.t, fakeim.InfoChanged(id, trafficStart+r.random.IntN(1000), fakeim.Body{
		"Name": fmt.Sprint("name ", r.random.Uint64()), "Notification": strings.Repeat("é", r.random.IntN(2000))}))
}

// acknowledge has the callbacks of the round acknowledged. All stay pending.
func (r *damageRound) acknowledge() {
	r.t.Helper()
	var all []callback
	for _, id := range slices.Sorted(maps.Keys(r.sent)) {
		all = append(all, r.sent[id])
	}
	sendAll(r.t, all, r.o.sender(r.namespace, "chat"))
	must(r.t, r.o.isMetric("imgroup_journal_pending_groups", groupsPerRound))
}

// declare lets the operator write the callbacks of the round.
func (r *damageRound) declare() {
	r.t.Helper()
	for id := range r.sent {
		declare(r.t, r.namespace, id, "chat", id)
	}
	declare(r.t, r.namespace, r.id("after"), "chat", r.id("after"))
}

// checkState checks that each IMGroup of the round says what was sent for it or, as after a loss, nothing at all.
func (r *damageRound) checkState() (lost []string) {
	r.t.Helper()
	var live []imv1alpha1.IMGroup
	want := expected([]callback{r.after})
	for _, g := range listGroups(r.t, r.namespace) {
		id := g.Spec.GroupID
		if !strings.HasPrefix(id, r.id("")) {
			continue
		}
		live = append(live, g)
		switch c, ok := r.sent[id]; {
		case ok && g.Status.LastChange == nil:
			lost = append(lost, id)
			want[id] = oracle.Group{}
		case ok:
			want[id] = expected([]callback{c})[id]
		}
	}
	if len(live) != groupsPerRound+1 {
		r.t.Errorf("%d IMGroups, want %d", len(live), groupsPerRound+1)
	}
	if diff := oracle.Diff(want, live); diff != "" {
		r.t.Errorf("the IMGroups do not say what the callbacks said:\n%s", diff)
	}
	return lost
}
