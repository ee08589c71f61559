// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "time"

// plan says how much is measured.
type plan struct {
	rounds   int           // of each row but those below
	warmUp   time.Duration // before the first round of a row
	spell    time.Duration // of one side in one round
	hotSpell time.Duration // of the hot group
	samples  int           // of each latency, by round
	groups   int           // that change in the storm and the burst

	sizes      []int         // IMGroups in the cache
	sizeRounds int           // starts of the operator with each size
	settle     time.Duration // until the memory is read
	replay     int           // events in the journal that is replayed
	cloud      int           // groups that a resync fetches
	outages    []time.Duration
	backlog    int   // groups of each of two IMApps that change while the API server is away
	pending    int   // groups in the journal that compacts
	bound      int64 // of that journal, in bytes
}

func quickPlan() plan {
	return plan{rounds: 3, warmUp: time.Second, spell: time.Second, hotSpell: 1500 * time.Millisecond, samples: 20, groups: 300,
		sizes: []int{1_000, 10_000}, sizeRounds: 1, settle: time.Second, replay: 100_000, cloud: 1_000,
		outages: []time.Duration{5 * time.Second}, backlog: 5_000,
		pending: 10_000, bound: 64 << 20}
}

func fullPlan() plan {
	return plan{rounds: 5, warmUp: 3 * time.Second, spell: 8 * time.Second, hotSpell: 10 * time.Second, samples: 200, groups: manyGroups,
		sizes: []int{1_000, 10_000, 100_000}, sizeRounds: 3, settle: 30 * time.Second, replay: 1_000_000, cloud: 20_000,
		outages: []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute}, backlog: 99_000,
		pending: 160_000, bound: 1 << 30}
}

// manyGroups is a usual number of busy groups: enough for none of them to be hot.
const manyGroups = 1000
