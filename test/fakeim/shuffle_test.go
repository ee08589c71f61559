// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim_test

import (
	"slices"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func TestShuffleIsDeterministicAndLosesNothing(t *testing.T) {
	list, disorder := numbers(200), fakeim.Disorder{Reorder: 5, Duplicate: 0.2, Late: 0.1, Delay: 50}
	got := fakeim.Shuffle(1, list, disorder)
	if !slices.Equal(got, fakeim.Shuffle(1, list, disorder)) {
		t.Error("the same seed gave another order")
	}
	if slices.Equal(got, fakeim.Shuffle(2, list, disorder)) {
		t.Error("another seed gave the same order")
	}
	if !slices.Equal(list, numbers(200)) {
		t.Error("the list given was changed")
	}
	if slices.IsSorted(got) || len(got) < 210 {
		t.Errorf("hardly any disorder: %v", got)
	}
	slices.Sort(got)
	if !slices.Equal(slices.Compact(got), list) {
		t.Error("an element was lost")
	}
}

func TestShuffleWithoutDisorderKeepsTheOrder(t *testing.T) {
	if got := fakeim.Shuffle(1, numbers(50), fakeim.Disorder{}); !slices.Equal(got, numbers(50)) {
		t.Errorf("got %v", got)
	}
}

func TestReorderIsBounded(t *testing.T) {
	got := fakeim.Shuffle(1, numbers(100), fakeim.Disorder{Reorder: 3})
	if slices.IsSorted(got) {
		t.Error("nothing changed places")
	}
	for place, n := range got {
		if place-n > 3 || n-place > 3 {
			t.Errorf("%d came at place %d", n, place)
		}
	}
}
