// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	// goodInterval is the time between good callbacks during an attack.
	goodInterval = 100 * time.Millisecond
	// perRequest are the goroutines that an operator may have for one request, otherwise is for all else that an attack sets
	// in motion.
	perRequest, otherwise = 2, 100
)

// attack is what hostile or broken senders do to an operator.
type attack struct {
	aim     func(*testing.T, *target) (goOnce func(context.Context) error) // an error is a fault of the operator
	clients int
	pause   time.Duration // of a client between two goes
	length  time.Duration
	tls     bool
	refusal string // the outcome of the documented cap that it reaches
	streams int    // how many requests a client has at the same time; 0: one

	memory float64 // what it may cost the operator
}

// goroutines are what it may cost the operator.
func (a attack) goroutines() float64 {
	return float64(a.clients*max(a.streams, 1)*perRequest + otherwise)
}

// target is an attacked operator. The app loud is the attackers', who know its token; chat's callbacks must not suffer.
type target struct {
	*operator
	namespace string
	address   string
	path      string // of chat
	loud      *fakeim.Sender
}

func TestSlowSendersHarmNobodyElse(t *testing.T) {
	t.Parallel()
	for name, a := range slowAttacks {
		t.Run(name, func(t *testing.T) { endure(t, a) })
	}
}

func TestHostileSendersHarmNobodyElse(t *testing.T) {
	t.Parallel()
	for name, a := range quickAttacks {
		t.Run(name, func(t *testing.T) { endure(t, a) })
	}
}

// endure checks that good callbacks are acknowledged throughout an attack, that it costs no more than it may, and that
// nothing of it stays.
func endure(t *testing.T, a attack) {
	t.Helper()
	x, good := startTarget(t, a)
	n := newNumbers(20)
	before := x.atWork(n, good)
	peak := before
	assault := startStorm(t, a.clients, a.pause, a.aim(t, x))
	during(t, a.length, goodInterval, func() {
		must(t, n.send(t.Context(), good)) // fails after 2 s
		peak = peak.peak(x.footprint())
	})
	assault.end()
	t.Logf("before %s, at most %s", before, peak)
	must(t, errors.Join(peak.within(before, a.goroutines(), a.memory), x.blames(a.refusal), x.Err()))
	if n.refused > 0 {
		t.Errorf("%d of %d good callbacks were refused", n.refused, n.count)
	}
	x.awaitDrained()
	must(t, n.check(t, x.namespace))
	x.awaitGoroutines(before)
}

// atWork is the footprint of a target that has written something, so that all of its parts run.
func (x *target) atWork(n *numbers, good *fakeim.Sender) footprint {
	x.t.Helper()
	must(x.t, n.send(x.t.Context(), good))
	x.awaitDrained()
	return x.footprint()
}

func startTarget(t *testing.T, a attack) (*target, *fakeim.Sender) {
	t.Helper()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	newApp(t, ns, "loud")
	if !a.tls {
		o := startOperator(t, ns)
		return &target{o, ns, o.Callbacks, "/callbacks/" + ns + "/chat", o.sender(ns, "loud")}, o.sender(ns, "chat")
	}
	dir := t.TempDir()
	mountCertificate(t, dir, 1)
	o := startOperator(t, ns, "--callback-tls-cert-dir="+dir)
	return &target{o, ns, o.Callbacks, "/callbacks/" + ns + "/chat", overTLS(o.sender(ns, "loud"), dir, 0)}, overTLS(o.sender(ns, "chat"), dir, 0)
}

// faultOutcomes are those with a status of 500 and more.
var faultOutcomes = regexp.MustCompile(`^imgroup_callback_requests_total\{.*outcome="(panic|not_ready|busy|app_busy|journal_[a-z]+)"\}$`)

// blames says for which requests the operator took the blame, other than by these outcomes.
func (x *target) blames(but string) error {
	var errs []error
	for name, value := range x.metrics() {
		if m := faultOutcomes.FindStringSubmatch(name); len(m) > 1 && m[1] != but && value > 0 {
			errs = append(errs, fmt.Errorf("%s is %v", name, value))
		}
	}
	return errors.Join(errs...)
}
