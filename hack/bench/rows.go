// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"slices"
	"time"
)

// row is one line of the table of promises.
type row struct {
	id      string
	title   string
	limit   time.Duration // a row that takes longer hangs
	measure func(*bench, context.Context) error
}

// rows are in the order in which they run: first those that need the machine for themselves, before a control plane is
// there; last the one that leaves 100,000 objects behind, which an API server that is started again reads for long.
func rows() []row {
	return []row{
		{"1", "acknowledged callbacks per second", 10 * time.Minute, (*bench).row1},
		{"3", "time to an acknowledgement", 10 * time.Minute, (*bench).row3},
		{"14", "hostile traffic", 10 * time.Minute, (*bench).row14},
		{"20", "an untrusted sender", 10 * time.Minute, (*bench).row20},
		{"10", "replay of the journal", 10 * time.Minute, (*bench).row10},
		{"21", "a full journal compacts", 15 * time.Minute, (*bench).row21},
		{"2", "callbacks over status writes", 15 * time.Minute, (*bench).row2},
		{"4", "time until a change is visible", 15 * time.Minute, (*bench).row4},
		{"5", "one hot group", 15 * time.Minute, (*bench).row5},
		{"19", "neighbours in trouble", 15 * time.Minute, (*bench).row19},
		{"15", "quiet groups beside a hot one", 15 * time.Minute, (*bench).row15},
		{"6", "1,000 groups at once", 15 * time.Minute, (*bench).row6},
		{"18", "API server time for a write", 15 * time.Minute, (*bench).row18},
		{"9", "a hand-made receiver", 15 * time.Minute, (*bench).row9},
		{"13", "a resync", 30 * time.Minute, (*bench).row13},
		{"8", "an API server that is away", 30 * time.Minute, (*bench).row8},
		{"16", "a full journal", 20 * time.Minute, (*bench).row16},
		{"17", "the size of an IMGroup", 15 * time.Minute, (*bench).row17},
		{"7", "many IMGroups", time.Hour, (*bench).row7},
	}
}

func rowByID(id string) (row, bool) {
	all := rows()
	i := slices.IndexFunc(all, func(r row) bool { return r.id == id })
	if i < 0 {
		return row{}, false
	}
	return all[i], true
}
