// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"sync"
	"testing"
	"time"
)

// outage is a time without the API server, shared by several tests since each costs much.
type outage struct {
	length              time.Duration // at least
	preparing, enduring sync.WaitGroup
	away, back          chan struct{}
}

// outagePart is what one of the tests sees of it.
type outagePart struct {
	*outage
	prepared, endured sync.Once
}

// awaitAway says that the test has prepared, and waits until the API server is away.
func (p *outagePart) awaitAway() {
	p.prepared.Do(p.preparing.Done)
	<-p.away
}

// awaitBack says that the test has done what it does without the API server, and waits until that is back.
func (p *outagePart) awaitBack() {
	p.endured.Do(p.enduring.Done)
	<-p.back
}

// leave lets the others go on without a test that has failed.
func (p *outagePart) leave() {
	p.prepared.Do(p.preparing.Done)
	p.endured.Do(p.enduring.Done)
}

// outageTests are all that happens in an outage, by what must be true.
var outageTests = map[string]func(*testing.T, *outagePart){
	"callbacks are acknowledged and written once it is back": acknowledgesThroughout,
	"kill -9 between answer and write loses nothing":         survivesAKill,
	"SIGTERM ends in time and keeps what is not written":     stopsInTime,
	"an operator that starts waits for it and does not end":  startsWithout,
	"goroutines and memory are bounded":                      staysSmall,
	"the metrics stay readable to who could read them":       servesMetrics,
}

// run takes the API server away once all tests are prepared, and brings it back when all have endured.
func (o *outage) run(t *testing.T, leave, comeBack func() error) {
	t.Helper()
	o.away, o.back = make(chan struct{}), make(chan struct{})
	var tests sync.WaitGroup
	for name, test := range outageTests {
		part := &outagePart{outage: o}
		o.preparing.Add(1)
		o.enduring.Add(1)
		tests.Go(func() {
			defer part.leave() // also if the command line leaves the test out
			t.Run(name, func(t *testing.T) { test(t, part) })
		})
	}
	o.preparing.Wait()
	if err := leave(); err != nil {
		t.Error(err)
	}
	close(o.away)
	o.enduring.Wait()
	if err := comeBack(); err != nil {
		t.Error(err)
	}
	close(o.back)
	tests.Wait()
}

// outageLength is long enough for a leader to lose its Lease. E2E_OUTAGE makes it longer.
func outageLength(t *testing.T) time.Duration {
	t.Helper()
	length := 17 * time.Second
	if text, ok := os.LookupEnv("E2E_OUTAGE"); ok {
		var err error
		length, err = time.ParseDuration(text)
		must(t, err)
	}
	return length
}

func TestTheAPIServerIsGoneForAWhile(t *testing.T) {
	o := &outage{length: outageLength(t)}
	o.run(t, world.env.KillAPIServer, func() error {
		from := time.Now()
		err := world.env.StartAPIServer(t.Context())
		apiServerStarts.add(from, time.Now())
		return err
	})
}

func TestTheAPIServerHangsForAWhile(t *testing.T) {
	o := &outage{length: outageLength(t)}
	o.run(t, world.env.PauseAPIServer, world.env.ResumeAPIServer)
}
