// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync/atomic"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// ledger keeps the newest acknowledged event time of each group. The load changes one field alone, so this is all that
// the final state depends on.
type ledger struct{ newest []atomic.Int64 }

func newLedger(groups int) *ledger { return &ledger{newest: make([]atomic.Int64, groups)} }

func (l *ledger) acknowledged(group int, eventTime int64) {
	if l == nil {
		return
	}
	for newest := &l.newest[group]; ; {
		was := newest.Load()
		if was >= eventTime || newest.CompareAndSwap(was, eventTime) {
			return
		}
	}
}

// lost counts the groups whose status lacks what was acknowledged. A newer event than that may have been stored
// although its answer came too late.
func (l *ledger) lost(live []imv1alpha1.IMGroup) (lost int) {
	byID := map[string]*imv1alpha1.IMGroupStatus{}
	for i := range live {
		byID[live[i].Spec.GroupID] = &live[i].Status
	}
	for n := range l.newest {
		if want := l.newest[n].Load(); want > 0 && !tells(byID[groupID(n)], want) {
			lost++
		}
	}
	return lost
}

// tells is true of a status that is as new as an event time, and whose text belongs to the time that it names.
func tells(s *imv1alpha1.IMGroupStatus, eventTime int64) bool {
	if s == nil || s.LastChange == nil || s.LastChange.EventTime.UnixMilli() < eventTime {
		return false
	}
	return s.Notification != nil && *s.Notification == notice(s.LastChange.EventTime.UnixMilli())
}
