// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// storm is what many clients do again and again, each one thing after the other.
type storm struct {
	clients sync.WaitGroup
	cancel  context.CancelFunc
}

// startStorm starts a storm that lasts until end. The first error ends it and fails the test.
func startStorm(t *testing.T, clients int, pause time.Duration, do func(context.Context) error) *storm {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &storm{cancel: cancel}
	var fail sync.Once
	for range clients {
		s.clients.Go(func() {
			for ctx.Err() == nil {
				if err := do(ctx); err != nil && ctx.Err() == nil {
					fail.Do(func() { t.Error(err) })
					cancel()
				}
				rest(ctx, pause)
			}
		})
	}
	t.Cleanup(s.end)
	return s
}

// rest waits for a time, or until the context ends.
func rest(ctx context.Context, pause time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, pause)
	defer cancel()
	<-ctx.Done()
}

func (s *storm) end() {
	s.cancel()
	s.clients.Wait()
}

// many lets a sender keep so many connections open: the usual client keeps two and would use up the ports.
func many(t *testing.T, s *fakeim.Sender, connections int) *fakeim.Sender {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: connections}
	t.Cleanup(transport.CloseIdleConnections)
	s.Client = &http.Client{Timeout: 2 * time.Second, Transport: transport}
	return s
}

// footprint is what an operator takes of its machine.
type footprint struct{ goroutines, memory float64 }

const mebibyte = 1 << 20

func (o *operator) footprint() footprint {
	o.t.Helper()
	m := o.metrics()
	return footprint{goroutines: m["go_goroutines"], memory: m["process_resident_memory_bytes"]}
}

// peak is the greater of both, each for itself.
func (f footprint) peak(g footprint) footprint {
	return footprint{goroutines: max(f.goroutines, g.goroutines), memory: max(f.memory, g.memory)}
}

// raceMemory is what the race detector makes of the memory that a process takes.
const raceMemory = 8

// within says how a footprint is more than another and an allowance.
func (f footprint) within(before footprint, goroutines, memory float64) error {
	if harness.Race {
		memory *= raceMemory
	}
	if f.goroutines > before.goroutines+goroutines || f.memory > before.memory+memory {
		return fmt.Errorf("it takes %s, before %s", f, before)
	}
	return nil
}

func (f footprint) String() string {
	return fmt.Sprintf("%.0f goroutines and %.0f MiB", f.goroutines, f.memory/mebibyte)
}
