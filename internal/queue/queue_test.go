// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"slices"
	"testing"
	"time"

	"k8s.io/client-go/util/workqueue"
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

func TestWaitsAfterFailuresGrowToFiveSeconds(t *testing.T) {
	limiter, last := Backoff[string](), time.Duration(0)
	for try := range 10 {
		got := limiter.When("key")
		if want := min(BackoffFirst<<try, BackoffMax); got != want || got < last {
			t.Errorf("after failure %d it waits %s, want %s", try+1, got, want)
		}
		last = got
	}
	if got := limiter.When("other"); got != BackoffFirst {
		t.Errorf("another key waits %s", got)
	}
	limiter.Forget("key")
	if got := limiter.When("key"); got != BackoffFirst {
		t.Errorf("after a success it waits %s", got)
	}
}

// One of 16 turns is that of low priority, whatever else there is to do.
func TestTheShareOfLowPriorityIsOneOfSixteen(t *testing.T) {
	q := New("test", Backoff[int]())
	defer q.ShutDown()
	for i := range 10 {
		AddLow(q, -1-i)
	}
	const promised = 16
	taken := 0
	for next := range 10 * promised {
		q.Add(2 * next)
		q.Add(2*next + 1)
		r, _ := q.Get()
		if q.Done(r); r < 0 {
			taken++
		}
	}
	if taken < 9 || taken > 10 {
		t.Errorf("%d of %d turns were of low priority, want one of %d", taken, 10*promised, promised)
	}
}

// What is asked for again at ordinary priority does not wait for its low turn, and does not come twice.
func TestALowRequestThatBecomesUrgentComesOnce(t *testing.T) {
	q := New("test", Backoff[int]())
	defer q.ShutDown()
	AddLow(q, 1)
	AddLow(q, 2)
	q.Add(2)
	var got []int
	for q.Len() > 0 {
		r, _ := q.Get()
		q.Done(r)
		got = append(got, r)
	}
	if !slices.Equal(got, []int{2, 1}) {
		t.Errorf("got %v, want 2 first, and each once", got)
	}
}

func TestAQueueWithoutPrioritiesTakesLowRequestsToo(t *testing.T) {
	q := workqueue.NewTypedRateLimitingQueue(Backoff[int]())
	defer q.ShutDown()
	if AddLow(q, 1); q.Len() != 1 {
		t.Error("it is lost")
	}
}
