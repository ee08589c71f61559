// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

const (
	quietGroups   = 200
	hotClients    = 8
	hotPause      = 2 * time.Millisecond  // so that other tests beside it get on
	quietInterval = 10 * time.Millisecond // between the changes of two quiet groups
	// quietPatience is how long a quiet group's change may take to be seen. The storm beside it would never end.
	quietPatience = 30 * time.Second
)

func TestAHotGroupDoesNotStarveQuietOnes(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := many(t, o.sender(ns, "chat"), hotClients+1)
	for i := range quietGroups {
		send(t, s, encodedName(quietGroup(i), 1))
	}
	o.awaitDrained()

	hot, seen, sent := newNumbers(1), watchNumber(t, ns, 2), map[string]time.Time{}
	heat := startStorm(t, hotClients, hotPause, func(ctx context.Context) error { return hot.send(ctx, s) })
	for i := range quietGroups {
		sent[quietGroup(i)] = time.Now()
		send(t, s, encodedName(quietGroup(i), 2))
		rest(t.Context(), quietInterval)
	}
	within(t, quietPatience, "every quiet group's change is seen", func() error { return seen.all(sent) })
	heat.end()
	t.Logf("%d callbacks of the hot group, %d refused; the slowest quiet group took %s", hot.count, hot.refused, seen.slowest(sent))
	o.awaitDrained()
	must(t, hot.check(t, ns))
}

func quietGroup(i int) string { return fmt.Sprintf("quiet-%d", i) }

// sights are when groups were first seen with a number.
type sights struct {
	mu    sync.Mutex
	first map[string]time.Time
}

// watchNumber looks, until the test ends, for groups that have a number.
func watchNumber(t *testing.T, namespace string, number int) *sights {
	t.Helper()
	w, err := world.admin.Watch(t.Context(), &imv1alpha1.IMGroupList{}, client.InNamespace(namespace))
	must(t, err)
	t.Cleanup(w.Stop)
	s := &sights{first: map[string]time.Time{}}
	go func() {
		for e := range w.ResultChan() {
			if g, ok := e.Object.(*imv1alpha1.IMGroup); ok && numberOf(*g) == number {
				s.add(g.Spec.GroupID)
			}
		}
	}()
	return s
}

func (s *sights) add(group string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.first[group]; !ok {
		s.first[group] = time.Now()
	}
}

// all says how many of the groups were not seen.
func (s *sights) all(sent map[string]time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := 0
	for group := range sent {
		if _, ok := s.first[group]; !ok {
			missing++
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d of %d are missing", missing, len(sent))
	}
	return nil
}

// slowest is the longest time from sending to seeing.
func (s *sights) slowest(sent map[string]time.Time) (slowest time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for group, at := range sent {
		slowest = max(slowest, s.first[group].Sub(at))
	}
	return slowest
}
