// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"slices"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// badNetwork delivers late, in disorder and twice.
var badNetwork = fakeim.Disorder{Reorder: 5, Duplicate: 0.3, Late: 0.3, Delay: 40}

func TestOneOperatorConvergesWhateverTheOrder(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	converges(t, ns, o)
}

func TestTwoOperatorsConvergeWhicheverGetsWhat(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	converges(t, ns, startReplicas(t, ns, 2)...)
}

// converges sends callbacks with few different times in waves: many of a wave meet equal times in what was written
// before, so that their values decide.
func converges(t *testing.T, namespace string, operators ...*operator) {
	t.Helper()
	const callbacks, wave = 200, 25
	tr := newTraffic(t, 6, 8)
	sent := tr.list(callbacks)
	var senders []*fakeim.Sender
	for _, o := range operators {
		senders = append(senders, o.sender(namespace, "chat"))
	}
	for some := range slices.Chunk(fakeim.Shuffle(tr.random.Uint64(), sent, badNetwork), wave) {
		sendAll(t, some, senders...)
		for _, o := range operators {
			o.awaitDrained()
		}
	}
	checkState(t, namespace, sent)
}
