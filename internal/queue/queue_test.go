// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"slices"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
)

func TestTheBacklogIsPushedAtTheStartAndLowPriorityComesLast(t *testing.T) {
	var s Source[string]
	s.Push("before the start")
	s.PushLow("before the start")
	q := priorityqueue.New[string]("test")
	defer q.ShutDown()
	if err := s.Watch(func() []string { return []string{"backlog"} }).Start(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	s.PushLow("low")
	s.Push("pushed")
	var got []string
	for range 3 {
		r, _ := q.Get()
		got = append(got, r)
		q.Done(r)
	}
	slices.Sort(got[:2]) // of equal priority
	if want := []string{"backlog", "pushed", "low"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLowPriorityIsNotStarvedByMoreThanAControllerCanDo(t *testing.T) {
	q := New("test", Backoff[int]())
	defer q.ShutDown()
	AddLow(q, -1)
	AddLow(q, -2)
	for i := range 3 {
		q.Add(i)
	}
	var low []int
	for next := 3; next < 200; next++ {
		q.Add(next) // there is always work of ordinary priority
		r, _ := q.Get()
		q.Done(r)
		if r < 0 {
			low = append(low, r)
		}
	}
	if !slices.Equal(low, []int{-1, -2}) {
		t.Errorf("of low priority came %v, want each once, in their order", low)
	}
}

func TestWhatWasTakenDoesNotComeAgain(t *testing.T) {
	q := New("test", Backoff[int]()).(*shared[int])
	defer q.ShutDown()
	for i := range 100 {
		AddLow[int](q, i)
	}
	for range 100 {
		r, _ := q.Get()
		q.Done(r)
	}
	if n := q.Len(); n != 0 || len(q.low) != 0 || len(q.waiting) != 0 {
		t.Errorf("%d in the queue, %d and %d remembered", n, len(q.low), len(q.waiting))
	}
}
