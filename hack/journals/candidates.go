// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// keeper is what the operator needs of a journal.
type keeper interface {
	Append(ctx context.Context, ev event.Event) error
	Pending(key event.Key) (ev event.Event, upTo uint64, ok bool)
	Checkpoint(key event.Key, upTo uint64)
	Keys() []event.Key
	damage() int // what it has found damaged when it was opened
	Close() error
}

// candidate opens a journal whose files roll at about segment bytes.
type candidate struct {
	name string
	open func(dir string, segment int64) (keeper, error)
}

var candidates = []candidate{
	{"internal/journal", openOurs},
	{"SQLite", func(dir string, _ int64) (keeper, error) { return front(openSQLite(dir)) }},
	{"etcd wal", func(dir string, segment int64) (keeper, error) { return front(openEtcd(dir, segment)) }},
	{"raft-wal", func(dir string, segment int64) (keeper, error) { return front(openRaft(dir, segment)) }},
	{"badger", func(dir string, segment int64) (keeper, error) { return front(openBadger(dir, segment)) }},
}

func find(name string) candidate {
	for _, c := range candidates {
		if c.name == name {
			return c
		}
	}
	panic("no candidate is called " + name)
}

func openOurs(dir string, segment int64) (keeper, error) {
	const segments = 64 // of internal/journal
	j, err := journal.Open(dir, journal.Options{MaxBytes: segments * segment, MaxGroups: 10_000_000, Fold: merge.Fold})
	return ours{j}, err
}

type ours struct{ *journal.Journal }

func (o ours) damage() int { return len(o.Damage()) }
