// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

var kills = flag.Int("kills", 30, "how often the operator is killed under load")

func TestNothingAcknowledgedIsLostByKillsUnderLoad(t *testing.T) {
	t.Parallel()
	const clients = 4
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	l := startLoad(t, newTraffic(t, 40, 2000), o.sender(ns, "chat"), clients)
	for range *kills {
		during(t, 200*time.Millisecond+rand.N(800*time.Millisecond), harness.PollEvery, func() {})
		o.kill()
		o.start()
		o.awaitReady()
	}
	sent := l.end()
	t.Logf("%d callbacks acknowledged between %d kills", len(sent), *kills)
	o.awaitDrained()
	checkState(t, ns, sent)
}

// load is some clients, each of which sends callbacks one after the other. What is not acknowledged may be stored, so
// a client sends it until it is.
type load struct {
	clients sync.WaitGroup
	over    chan struct{}

	mu           sync.Mutex
	traffic      *traffic
	acknowledged []callback
}

func startLoad(t *testing.T, tr *traffic, s *fakeim.Sender, clients int) *load {
	t.Helper()
	l := &load{over: make(chan struct{}), traffic: tr}
	for range clients {
		l.clients.Go(func() {
			for !l.isOver() {
				c := l.next()
				if err := insist(t.Context(), s, c); err != nil {
					t.Error(err)
					return
				}
				l.acknowledge(c)
			}
		})
	}
	return l
}

// end waits for the last acknowledgement and returns all that were acknowledged.
func (l *load) end() []callback {
	close(l.over)
	l.clients.Wait()
	return l.acknowledged
}

func (l *load) isOver() bool {
	select {
	case <-l.over:
		return true
	default:
		return false
	}
}

func (l *load) next() callback {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.traffic.next()
}

func (l *load) acknowledge(c callback) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged = append(l.acknowledged, c)
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}
