// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"io"
	"sync"
	"testing"
)

func TestTheServerIsSaturatedByRequestsThatHaveComeWhole(t *testing.T) {
	w := newWorld(t)
	w.journal.enter, w.journal.hold = make(chan struct{}), make(chan struct{})
	var requests sync.WaitGroup
	var bodies []*io.PipeWriter
	for range saturatingInFlight {
		body, writer := io.Pipe()
		r := request(infoChanged, "")
		r.Body, r.ContentLength = body, -1
		requests.Go(func() { w.do(r) })
		if _, err := io.WriteString(writer, smallBody); err != nil { // returns when it was read
			t.Fatal(err)
		}
		bodies = append(bodies, writer)
	}
	for i, body := range bodies {
		if w.Saturated() {
			t.Fatalf("saturated by %d requests and those that are slow", i)
		}
		_ = body.Close()
		<-w.journal.enter
	}
	if !w.Saturated() {
		t.Error("not saturated")
	}
	close(w.journal.hold)
	requests.Wait()
	if w.Saturated() {
		t.Error("still saturated")
	}
}
