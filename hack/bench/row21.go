// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
)

const (
	hammers     = 64
	hammerApps  = 2    // one may have half of a journal
	hotGroups   = 200  // of all apps together
	hammerTurns = 2    // how often the bound of the journal is written
	hammerText  = 1450 // bytes
)

// row21 hammers a few groups of a journal that holds many others, until it has carried each of those forward more than
// once; beside it the same load on a journal that holds nothing.
func (b *bench) row21(ctx context.Context) error {
	var full, empty hammered
	for range b.sizeRounds {
		if err := errors.Join(b.hammer(ctx, 0, &empty), b.hammer(ctx, b.pending, &full)); err != nil {
			return err
		}
	}
	with := ", " + thousands(b.pending) + " groups pending"
	b.add(figure{Row: "21", What: "append p99.9 while a full journal compacts" + with, Unit: "ms", Values: full.at(0.999), Bound: atMost(250, 50)})
	b.add(figure{Row: "21", What: "appends refused", Values: full.refused, Bound: none()})
	b.detail("21", "append p99.9 ÷ that of an empty journal", "", ratios(full.at(0.999), empty.at(0.999)))
	for _, side := range []struct {
		name string
		of   hammered
	}{{with, full}, {", empty", empty}} {
		b.detail("21", "append p50"+side.name, "ms", side.of.at(0.5))
		b.detail("21", "append p99"+side.name, "ms", side.of.at(0.99))
		b.detail("21", "append max"+side.name, "ms", side.of.at(1))
		b.detail("21", "appends"+side.name, "/s", side.of.rates)
	}
	b.detail("21", "append p99.9, empty", "ms", empty.at(0.999))
	return nil
}

// hammered is what the appends of all rounds took.
type hammered struct {
	times          [][]time.Duration // by round
	rates, refused []float64
}

func (h *hammered) at(q float64) (values []float64) {
	for _, times := range h.times {
		values = append(values, milliseconds(quantile(times, q)))
	}
	return values
}

func ratios(a, b []float64) (values []float64) {
	for i := range a {
		values = append(values, a[i]/b[i])
	}
	return values
}

// hammer measures one round on a new journal.
func (b *bench) hammer(ctx context.Context, pending int, h *hammered) (err error) {
	dir, err := b.folder("hammered")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	options := journalOptions()
	options.MaxBytes = b.bound
	j, err := journal.Open(dir, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if _, failed := appendAll(ctx, j, pending, func(n int) int { return hotGroups + n }); failed > 0 {
		return fmt.Errorf("%d of %d groups were refused before the journal was full", failed, pending)
	}
	size := len(event.Append(nil, hammerEvent(0)))
	start, appends := time.Now(), int(hammerTurns*b.bound)/size
	times, failed := appendAll(ctx, j, appends, func(n int) int { return n % hotGroups })
	h.rates = append(h.rates, float64(appends)/time.Since(start).Seconds())
	h.times, h.refused = append(h.times, times), append(h.refused, float64(failed))
	return ctx.Err()
}

// appendAll appends as fast as it can and returns what each append took, sorted.
func appendAll(ctx context.Context, j *journal.Journal, count int, group func(n int) int) (times []time.Duration, failed int64) {
	times = make([]time.Duration, count)
	var next, refused atomic.Int64
	var appenders sync.WaitGroup
	for range hammers {
		appenders.Go(func() {
			for n := int(next.Add(1)) - 1; n < count && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				ev, start := hammerEvent(group(n)), time.Now()
				if err := j.Append(ctx, ev); err != nil {
					refused.Add(1)
				}
				times[n] = time.Since(start)
			}
		})
	}
	appenders.Wait()
	slices.Sort(times)
	return times, refused.Load()
}

var longText = strings.Repeat("x", hammerText)

// hammerEvent is a change that takes about 1.6 KiB of the journal.
func hammerEvent(group int) event.Event {
	at := nextEventTime()
	ev := loadEvent(group, at)
	ev.Key.App = fmt.Sprintf("%s-%d", appName, group%hammerApps)
	ev.State = event.NewState(event.Changed, ev.State.Last, []event.Value{{Field: event.Notification, Value: longText + notice(at)}})
	return ev
}
