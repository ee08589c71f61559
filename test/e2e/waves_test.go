// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	callbacksPerWave = 25
	waveInterval     = 200 * time.Millisecond
)

// waves are a load on several replicas. Each is sent most of the same callbacks, in an order of its own.
type waves struct {
	load
	replicas int
	made     [][]callback
}

func startWaves(t *testing.T, namespace string, replicas []*operator) *waves {
	t.Helper()
	w := &waves{replicas: len(replicas)}
	w.over, w.traffic = make(chan struct{}), newTraffic(t, 12, 10)
	for i, o := range replicas {
		w.clients.Go(func() { w.run(t, o.sender(namespace, "chat"), i) })
	}
	return w
}

// run sends one wave after the other to a replica.
func (w *waves) run(t *testing.T, s *fakeim.Sender, replica int) {
	next := time.NewTicker(waveInterval)
	defer next.Stop()
	for number := 0; !w.isOver(); number++ {
		for _, c := range w.wave(number, replica) {
			if err := insist(t.Context(), s, c); err != nil {
				t.Error(err)
				return
			}
			w.acknowledge(c)
		}
		<-next.C
	}
}

// wave makes a wave unless another replica had it first. Its times reach a little beyond those of the wave before, or
// soon nothing would change any more.
func (w *waves) wave(number, replica int) []callback {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.made) <= number {
		w.made = append(w.made, w.traffic.list(callbacksPerWave))
		w.traffic.span += 5
	}
	var mine []callback
	for i, c := range w.made[number] {
		if i%(w.replicas+1) != replica {
			mine = append(mine, c)
		}
	}
	return fakeim.Shuffle(w.traffic.random.Uint64(), mine, badNetwork)
}
