// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

var (
	damages    = flag.Int("damages", 12, "how often the journal of a killed operator is damaged")
	damageSeed = flag.Uint64("damage-seed", 0, "the seed of a failure, to repeat it; 0: another one each time")
)

// damagesPerJournal is after how many damages another operator takes over, so that many can run at once.
const damagesPerJournal = 25

func TestADamagedJournalLosesOnlyWhatWasDamagedAndSaysSo(t *testing.T) {
	t.Parallel()
	first := cmp.Or(*damageSeed, rand.Uint64N(1<<32))
	for done := 0; done < *damages; done += damagesPerJournal {
		seed := first + uint64(done/damagesPerJournal)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			damageAgainAndAgain(t, seed, min(damagesPerJournal, *damages-done))
		})
	}
}

// damageAgainAndAgain damages the same journal in each round. What a round repairs must not show in a later one.
func damageAgainAndAgain(t *testing.T, seed uint64, rounds int) {
	t.Helper()
	ns := newNamespace(t)
	newApp(t, ns, "chat", declaredOnly)                  // events are pending until their group is declared
	o := startOperator(t, ns, "--journal-max-bytes=1Mi") // so that a round fills more than one segment
	for i := range rounds {
		r := newDamageRound(o, ns, seed, i)
		r.acknowledge()
		o.kill()
		r.harm = newHarm(r)
		t.Logf("seed %d, round %d: %s", seed, i, r.harm)
		must(t, r.harm.do())
		r.declare()
		r.logged, r.killed = len(o.Said()), time.Now()
		o.start()
		o.awaitReady()
		r.check()
	}
	o.kill()
	o.start()
	o.awaitReady()
	if err := o.isMetric(damageMetric, 0); err != nil {
		t.Errorf("repaired damage is found again: %v", err)
	}
}

const damageMetric = `imgroup_journal_errors_total{op="damage"}`

// check holds the restarted operator against what it may have lost.
func (r *damageRound) check() {
	r.t.Helper()
	send(r.t, r.o.sender(r.namespace, "chat"), r.after.body)
	awaitGroup(r.t, r.namespace, r.id("after"), "is written", func(g imv1alpha1.IMGroup) error {
		if g.Status.LastChange == nil {
			return errNotYet
		}
		return nil
	})
	r.o.awaitDrained()
	lost := r.checkState()
	for _, id := range lost {
		if !r.harm.mayLose(id) {
			r.t.Errorf("%s was not damaged and is lost", id)
		}
	}
	if r.harm.kind == flipped && len(lost) > 1 {
		r.t.Errorf("one bit cost %d callbacks", len(lost))
	}
	found := int(r.o.metric(damageMetric))
	if found == 0 && (len(lost) > 0 || r.harm.mustShow()) {
		r.t.Errorf("the damage was not reported; lost: %v", lost)
	}
	r.checkReport(found)
	must(r.t, r.o.Err())
	if r.t.Failed() {
		r.t.FailNow()
	}
}

// checkReport checks that each damage is in the log, that what was set aside is there, and that a resync is asked for.
func (r *damageRound) checkReport(found int) {
	r.t.Helper()
	files := r.reported()
	if len(files) != found {
		r.t.Errorf("%d damages are counted and %d logged", found, len(files))
	}
	for _, file := range files {
		if file != "" { // else no byte was left, as of a lost file
			if err := os.Remove(file); err != nil {
				r.t.Errorf("damaged bytes were not set aside: %v", err)
			}
		}
	}
	if found > 0 {
		eventually(r.t, "a resync is asked for", func() error { return resyncAsked(r.t, r.namespace, r.killed) })
	}
}

// reported lists the files of the damages in the log since the start.
func (r *damageRound) reported() (files []string) {
	r.t.Helper()
	for line := range strings.Lines(r.o.Said()[r.logged:]) {
		var entry struct {
			Message  string `json:"msg"`
			SetAside string `json:"setAside"`
		}
		if json.Unmarshal([]byte(line), &entry) == nil && strings.HasPrefix(entry.Message, "the journal is damaged") {
			files = append(files, entry.SetAside)
		}
	}
	return files
}
