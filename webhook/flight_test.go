// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"io"
	"sync"
	"testing"
)

func TestTheServerIsPressedByRequestsThatHaveComeWhole(t *testing.T) {
	w := newWorld(t)
	w.journal.enter, w.journal.hold = make(chan struct{}), make(chan struct{})
	var requests sync.WaitGroup
	var bodies []*io.PipeWriter
	for range pressingInFlight {
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
		if w.Pressed() {
			t.Fatalf("pressed by %d requests and those that are slow", i)
		}
		_ = body.Close()
		<-w.journal.enter
	}
	if !w.Pressed() {
		t.Error("not pressed")
	}
	close(w.journal.hold)
	requests.Wait()
	if w.Pressed() {
		t.Error("still pressed")
	}
}
