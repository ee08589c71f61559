// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/deadletter"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
)

// pending is the journal as group sync sees it, with the place for what can never be written.
type pending struct {
	*journal.Journal
	*deadletter.Box
}

func (op *Operator) pending() pending { return pending{op.journal, op.letters} }

// ledger is the journal as the requests for resyncs see it.
type ledger struct{ journal *journal.Journal }

func (op *Operator) ledger() ledger { return ledger{op.journal} }

// Owe notes durably that a resync of an app is owed.
func (l ledger) Owe(app apps.Key) { l.journal.Owe(journal.App(app)) }

// Settle notes that it is not any more.
func (l ledger) Settle(app apps.Key) { l.journal.Settle(journal.App(app)) }

// owed lists the apps to which a resync is owed; known are those that exist, or some of them.
func (l ledger) owed(known []apps.Key, complete bool) []apps.Key {
	all := make([]journal.App, 0, len(known))
	for _, app := range known {
		all = append(all, journal.App(app))
	}
	owed := make([]apps.Key, 0)
	for _, app := range l.journal.Owed(all, complete) {
		owed = append(owed, apps.Key(app))
	}
	return owed
}
