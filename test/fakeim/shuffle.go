// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Disorder says how badly a list is delivered. Nothing is ever lost: a shuffled list has every element at least once.
type Disorder struct {
	Reorder   int     // an element comes up to this many places after its turn
	Duplicate float64 // the share of elements that come twice, the second time up to Delay places late
	Late      float64 // the share of elements that come up to Delay places late
	Delay     int     // in places: no clock is involved
}

// Shuffle returns the list as it would arrive. The same seed, list and disorder give the same order.
func Shuffle[T any](seed uint64, list []T, d Disorder) []T {
	r := rand.New(rand.NewPCG(seed, 0))
	type arrival struct{ place, index int }
	var arrivals []arrival
	for i := range list {
		place := i + r.IntN(d.Reorder+1)
		if r.Float64() < d.Late {
			place += r.IntN(d.Delay + 1)
		}
		arrivals = append(arrivals, arrival{place, i})
		if r.Float64() < d.Duplicate {
			arrivals = append(arrivals, arrival{place + r.IntN(d.Delay+1), i})
		}
	}
	// Of one place the later element comes first, else a Reorder of 1 would change nothing.
	slices.SortStableFunc(arrivals, func(a, b arrival) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(b.index, a.index))
	})
	out := make([]T, len(arrivals))
	for i, a := range arrivals {
		out[i] = list[a.index]
	}
	return out
}
