// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package logbuffer

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// gate lets writes through while it is open.
type gate struct {
	open chan struct{}
	mu   sync.Mutex
	text bytes.Buffer
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.Write(p)
}

func TestLinesAreWrittenInTheirOrder(t *testing.T) {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	b := New("audit", g)
	for _, line := range []string{"one\n", "two\n", "three\n"} {
		_, _ = b.Write([]byte(line))
	}
	_, _ = b.Close(), b.Close()
	_, _ = b.Write([]byte("four\n"))
	if got := g.text.String(); got != "one\ntwo\nthree\n" || b.Dropped() != 1 {
		t.Errorf("the log has %q, and %d lines were dropped", got, b.Dropped())
	}
}

func TestABlockedReaderCostsLinesAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan struct{})}
		b := New("audit", g)
		_, _ = b.Write([]byte("first\n"))
		synctest.Wait() // it is held up in the write
		line := []byte(strings.Repeat("x", maxBytes/4-1) + "\n")
		for range 7 {
			if n, err := b.Write(line); n != len(line) || err != nil {
				t.Errorf("a line that is dropped gives %d, %v", n, err)
			}
		}
		if got := b.Dropped(); got != 3 {
			t.Errorf("%d lines were dropped, want 3", got)
		}
		_ = b.Close() // returns although nothing was written
		close(g.open)
		synctest.Wait()
		head, told, _ := strings.Cut(g.text.String(), `{"level"`)
		if len(head) != len("first\n")+maxBytes || !strings.HasSuffix(told, `"msg":"log lines were dropped","log":"audit","lines":3}`+"\n") {
			t.Errorf("the log has %d bytes, then %q", len(head), told)
		}
	})
}

// A pipe that is full holds up nobody, many writers at a time.
func TestAFullPipeHoldsUpNobody(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	b := New("log", w)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 50_000 {
				_, _ = b.Write([]byte("a line of forty characters, as it happens\n"))
			}
		})
	}
	writers.Wait()
	if b.Dropped() == 0 {
		t.Error("nothing was dropped")
	}
	_ = b.Close()
	_ = r.Close()
	<-b.ended
	_ = w.Close()
}
