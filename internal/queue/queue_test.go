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
