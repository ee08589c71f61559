// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// numbers give some groups, by turns, names that are growing numbers. A number is also the time of the change, so what
// a group must say in the end is known although nothing is known of what was not acknowledged: at least the greatest
// number that was.
type numbers struct {
	groups int

	mu             sync.Mutex
	count, refused int
	acknowledged   map[string]int // the greatest, by group
}

func newNumbers(groups int) *numbers { return &numbers{groups: groups, acknowledged: map[string]int{}} }

// send sends the next number. It may be acknowledged, or refused for want of room; all else is an error.
func (n *numbers) send(ctx context.Context, s *fakeim.Sender) error {
	group, number := n.next()
	reply, err := s.Send(ctx, encodedName(group, number))
	if err != nil {
		return fmt.Errorf("not answered: %w", err)
	}
	return n.answered(group, number, reply)
}

func (n *numbers) next() (group string, number int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count++
	return fmt.Sprintf("group-%d", n.count%n.groups), n.count
}

func (n *numbers) answered(group string, number int, reply fakeim.Reply) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case reply.OK():
		n.acknowledged[group] = max(n.acknowledged[group], number)
	case reply.HTTPStatus == http.StatusServiceUnavailable && reply.Header.Get("Retry-After") != "":
		n.refused++
	default:
		return fmt.Errorf("answered with HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
	return nil
}

// atLeast tells whether so many callbacks were sent.
func (n *numbers) atLeast(count int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.count < count {
		return fmt.Errorf("%d of %d were sent", n.count, count)
	}
	return nil
}

// check says which groups do not have what was acknowledged.
func (n *numbers) check(t *testing.T, namespace string) error {
	t.Helper()
	live := map[string]imv1alpha1.IMGroup{}
	for _, g := range listGroups(t, namespace) {
		live[g.Spec.GroupID] = g
	}
	var errs []error
	for group, number := range n.acknowledged {
		if got := numberOf(live[group]); got < number {
			errs = append(errs, fmt.Errorf("%s has the number %d, acknowledged was %d", group, got, number))
		}
	}
	return errors.Join(errs...)
}

// numberOf is a group's number, -1 if its name and the name's time are not of one callback.
func numberOf(g imv1alpha1.IMGroup) int {
	if g.Status.Name == nil {
		return -1
	}
	number, err := strconv.Atoi(*g.Status.Name)
	if at, known := g.Status.FieldTimes["name"]; err == nil && known && at.UnixMilli() == int64(trafficStart+number) {
		return number
	}
	return -1
}
