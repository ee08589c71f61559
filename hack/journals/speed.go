// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	groups  = 1000
	folds   = 16       // events of a group that one checkpoint takes away
	segment = 16 << 20 // as of a journal of 1 GiB
)

// figures of one run.
type figures struct{ rate, p99, cpu float64 } // appends/s, milliseconds, microseconds of processor for each append

// speed measures in rounds, each candidate once a round, so that what else the machine does hits all alike.
func speed(w io.Writer, rounds int, lasting time.Duration, appenders []int) error {
	got := map[string]map[int][]figures{}
	for range rounds {
		for _, n := range appenders {
			for _, c := range candidates {
				f, err := measure(c, n, lasting)
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				if got[c.name] == nil {
					got[c.name] = map[int][]figures{}
				}
				got[c.name][n] = append(got[c.name][n], f)
			}
		}
	}
	return table(w, appenders, got)
}

func measure(c candidate, appenders int, lasting time.Duration) (figures, error) {
	dir, err := os.MkdirTemp("", "journals-")
	if err != nil {
		return figures{}, err
	}
	defer os.RemoveAll(dir)
	k, err := c.open(dir, segment)
	if err != nil {
		return figures{}, err
	}
	if _, err := load(k, appenders, lasting/4); err != nil { // warm up
		return figures{}, err
	}
	f, err := load(k, appenders, lasting)
	if err != nil {
		return figures{}, err
	}
	return f, k.Close()
}

// load appends to all groups in turn, and checkpoints each group after every so many of its events.
func load(k keeper, appenders int, lasting time.Duration) (figures, error) {
	var (
		next   atomic.Int64
		failed atomic.Pointer[error]
		wg     sync.WaitGroup
		times  = make([][]time.Duration, appenders)
		end    = time.Now().Add(lasting)
		before = processor()
		start  = time.Now()
	)
	for i := range appenders {
		wg.Go(func() {
			for last := time.Now(); last.Before(end); {
				n := int(next.Add(1))
				if err := one(k, n); err != nil {
					failed.Store(&err)
					return
				}
				now := time.Now()
				times[i] = append(times[i], now.Sub(last))
				last = now
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return figures{}, *err
	}
	took, used := time.Since(start), processor()-before
	all := slices.Concat(times...)
	slices.Sort(all)
	n := float64(len(all))
	return figures{
		rate: n / took.Seconds(),
		p99:  float64(all[len(all)*99/100].Microseconds()) / 1000,
		cpu:  float64(used.Nanoseconds()) / 1000 / n,
	}, nil
}

func one(k keeper, n int) error {
	group, turn := n%groups, n/groups
	if err := k.Append(context.Background(), changed(group, int64(n))); err != nil {
		return err
	}
	if (turn+group)%folds == 0 {
		_, upTo, _ := k.Pending(key(group))
		k.Checkpoint(key(group), upTo)
	}
	return nil
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// table prints for each candidate and number of appenders the median of each figure, and the range in brackets. The
// share is the median of what each round had compared with internal/journal.
func table(w io.Writer, appenders []int, got map[string]map[int][]figures) error {
	if _, err := fmt.Fprint(w, "| Candidate | Appenders | Appends/s | Share of ours | p99, ms | Processor per append, µs |\n|---|---|---|---|---|---|\n"); err != nil {
		return err
	}
	for _, n := range appenders {
		ours := got[candidates[0].name][n]
		for _, c := range candidates {
			runs := got[c.name][n]
			share := make([]float64, len(runs))
			for i, r := range runs {
				share[i] = r.rate / ours[i].rate
			}
			slices.Sort(share)
			if _, err := fmt.Fprintf(w, "| %s | %d | %s | %.2f | %s | %s |\n", c.name, n,
				spread(runs, 0, func(f figures) float64 { return f.rate }), share[len(share)/2],
				spread(runs, 1, func(f figures) float64 { return f.p99 }),
				spread(runs, 1, func(f figures) float64 { return f.cpu })); err != nil {
				return err
			}
		}
	}
	return nil
}

func spread(runs []figures, digits int, of func(figures) float64) string {
	all := make([]float64, len(runs))
	for i, r := range runs {
		all[i] = of(r)
	}
	slices.Sort(all)
	return fmt.Sprintf("%.*f (%.*f–%.*f)", digits, all[len(all)/2], digits, all[0], digits, all[len(all)-1])
}
