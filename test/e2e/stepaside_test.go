// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

func TestAReplicaWhoseDiskFailsLeavesTheCallbacksToAnother(t *testing.T) {
	t.Parallel()
	for name, prepare := range diskFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			fault := prepare(t, dir)
			p := newPair(t, "--journal-dir="+filepath.Join(dir, "journal"), "--journal-max-bytes="+fault.size)
			l := p.startLoad()
			must(t, fault.refuse(p.failing.operator))
			p.awaitStepAside()
			p.checkStaysAside(l)
			must(t, fault.heal(p.failing.operator))
			within(t, catchUp, "it is ready by itself", p.failing.ready)
			p.checkTakesOver()
			sent := l.end()
			t.Logf("%d callbacks acknowledged", len(sent))
			for _, o := range []*backend{p.failing, p.other} {
				o.awaitDrained()
				must(t, o.isMetric(damageMetric, 0))
			}
			checkState(t, p.namespace, sent)
		})
	}
}

// pairSenders keep a connection each.
const pairSenders = 6

// pair is two replicas behind one address, the disk of one of which will fail.
type pair struct {
	t              *testing.T
	namespace      string
	service        *service
	failing, other *backend
	answers        *unhappyAnswers
}

func newPair(t *testing.T, failing ...string) *pair {
	t.Helper()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	allowElection(t, ns)
	replicas := []*operator{newOperator(t, ns, append(elected(ns), failing...)...), newOperator(t, ns, elected(ns)...)}
	for _, o := range replicas {
		o.start()
		o.awaitReady()
	}
	s := startService(t, replicas)
	return &pair{t: t, namespace: ns, service: s, failing: s.backends[0], other: s.backends[1],
		answers: &unhappyAnswers{RoundTripper: &http.Transport{MaxIdleConnsPerHost: pairSenders}}}
}

// startLoad sends callbacks to both by connections that are kept.
func (p *pair) startLoad() *load {
	p.t.Helper()
	s := p.failing.sender(p.namespace, "chat")
	s.URL = fmt.Sprintf("http://%s/callbacks/%s/chat", p.service.Addr(), p.namespace)
	s.Client = &http.Client{Timeout: 2 * time.Second, Transport: p.answers}
	l := startLoad(p.t, newTraffic(p.t, 40, 2000), s, pairSenders)
	eventually(p.t, "both have connections", func() error {
		if p.failing.connections.Load() == 0 || p.other.connections.Load() == 0 {
			return errNotYet
		}
		return nil
	})
	return l
}

// awaitStepAside waits until the replica is not ready and has no connections any more, in time after its disk failed.
func (p *pair) awaitStepAside() {
	p.t.Helper()
	eventually(p.t, "a callback is refused", func() error {
		if p.answers.unhappy.Load() == 0 {
			return errNotYet
		}
		return nil
	})
	within(p.t, stepsAside, "the other one has all connections", func() error {
		if p.failing.listed.Load() || p.failing.connections.Load() > 0 || p.other.connections.Load() < pairSenders {
			return fmt.Errorf("listed: %t, connections: %d, of the other one: %d", p.failing.listed.Load(),
				p.failing.connections.Load(), p.other.connections.Load())
		}
		return nil
	})
}

// checkStaysAside checks that no sender meets the replica that fails, and that the other one takes callbacks.
func (p *pair) checkStaysAside(l *load) {
	p.t.Helper()
	before := l.count()
	during(p.t, 3*time.Second, harness.PollEvery, func() {
		if n := p.failing.connections.Load(); n > 0 || p.failing.listed.Load() {
			p.t.Fatalf("%d connections go to it although another replica takes the callbacks", n)
		}
	})
	if l.count() == before {
		p.t.Error("the other replica acknowledged nothing")
	}
}

// checkTakesOver checks that the replica takes all callbacks when the other one is killed.
func (p *pair) checkTakesOver() {
	p.t.Helper()
	p.other.kill()
	within(p.t, catchUp, "it has all connections", func() error {
		if n := p.failing.connections.Load(); n < pairSenders {
			return fmt.Errorf("%d connections", n)
		}
		return nil
	})
	p.other.start()
	p.other.awaitReady()
}

// unhappyAnswers counts the requests that were not answered with 200.
type unhappyAnswers struct {
	http.RoundTripper
	unhappy atomic.Int32
}

func (u *unhappyAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := u.RoundTripper.RoundTrip(r)
	if err != nil || response.StatusCode != http.StatusOK {
		u.unhappy.Add(1)
	}
	return response, err
}
