// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/journal"
)

// row10 is the time until a journal with many events, none of them written to the API server, is open again.
func (b *bench) row10(ctx context.Context) error {
	dir, err := b.folder("replay")
	if err != nil {
		return err
	}
	if err := fillJournal(ctx, dir, b.replay); err != nil {
		return err
	}
	var times, rates, sizes []float64
	err = b.eachRound(ctx, func() error {
		took, bytes, err := reopen(dir)
		times = append(times, milliseconds(took))
		rates = append(rates, float64(b.replay)/took.Seconds())
		sizes = append(sizes, float64(bytes)/(1<<20))
		return err
	})
	b.add(figure{Row: "10", What: "replay of the journal at a start, " + thousands(b.replay) + " events", Unit: "ms", Values: times})
	b.detail("10", "events replayed", "/s", rates)
	b.detail("10", "the journal's size", "MiB", sizes)
	return errors.Join(err, os.RemoveAll(dir))
}

// fillJournal appends from many goroutines, which share syncs.
func fillJournal(ctx context.Context, dir string, events int) error {
	j, err := journal.Open(filepath.Join(dir, "journal"), journalOptions())
	if err != nil {
		return err
	}
	var next atomic.Int64
	var failure atomic.Pointer[error]
	var appenders sync.WaitGroup
	for range busyConns {
		appenders.Go(func() {
			for n := next.Add(1); n <= int64(events) && failure.Load() == nil; n = next.Add(1) {
				if err := j.Append(ctx, loadEvent(int(n)%manyGroups, nextEventTime())); err != nil {
					failure.Store(&err)
				}
			}
		})
	}
	appenders.Wait()
	if err := failure.Load(); err != nil {
		return errors.Join(*err, j.Close())
	}
	return j.Close()
}

func reopen(dir string) (took time.Duration, bytes int64, err error) {
	start := time.Now()
	j, err := journal.Open(filepath.Join(dir, "journal"), journalOptions())
	if err != nil {
		return 0, 0, err
	}
	took = time.Since(start)
	return took, j.Stats().Bytes, j.Close()
}
