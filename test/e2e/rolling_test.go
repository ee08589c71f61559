// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"flag"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

var rolls = flag.Int("rolls", 4, "how often an operator is restarted under load")

func TestRollingRestartsUnderLoadLoseNothingAndAnswerInTime(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	replicas := startReplicas(t, ns, 2)
	answers := &lateAnswers{RoundTripper: &http.Transport{}}
	var loads []*load
	for _, o := range replicas {
		s := o.sender(ns, "chat")
		s.Client = &http.Client{Timeout: 2 * time.Second, Transport: answers}
		loads = append(loads, startLoad(t, newTraffic(t, 40, 2000), s, 2))
	}
	for i := range *rolls {
		during(t, 500*time.Millisecond, harness.PollEvery, func() {})
		o := replicas[i%len(replicas)]
		o.stop() // which checks that it ends in time and with 0
		o.start()
		o.awaitReady()
	}
	var sent []callback
	for i, l := range loads {
		sent = append(sent, l.end()...)
		replicas[i].awaitDrained()
	}
	t.Logf("%d callbacks acknowledged between %d restarts", len(sent), *rolls)
	checkState(t, ns, sent)
	if n := answers.late.Load(); n > 0 {
		t.Errorf("%d callbacks had no answer within 2 s", n)
	}
}

// lateAnswers counts the requests whose time was over before they were answered. One that is refused, or whose
// connection is closed, is not among them.
type lateAnswers struct {
	http.RoundTripper
	late atomic.Int32
}

func (l *lateAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(r)
	if errors.Is(r.Context().Err(), context.DeadlineExceeded) {
		l.late.Add(1)
	}
	return response, err
}
