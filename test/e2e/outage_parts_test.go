// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	// callbackInterval is the time between callbacks while the API server is away.
	callbackInterval = 20 * time.Millisecond
	// catchUp is how long pending events may take once the API server answers again: the longest back-off is 5 s, and a
	// starting API server has much else to do.
	catchUp = 15 * time.Second
)

// acknowledgesThroughout: an elected leader answers every callback within 2 s, stays ready and alive, and leads again.
func acknowledgesThroughout(t *testing.T, p *outagePart) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startReplicas(t, ns, 1)[0]
	s := o.sender(ns, "chat")
	tr := newTraffic(t, 30, 2000)
	sent := tr.list(60) // some groups exist before, some do not
	sendAll(t, sent[:20], s)
	o.awaitDrained()
	eventually(t, "it leads", func() error { return o.leads(ns) })

	p.awaitAway()
	sendAll(t, sent[20:], s)
	during(t, p.length, callbackInterval, func() {
		c := tr.next()
		sent = append(sent, c)
		send(t, s, c.body, fakeim.WithPlatform(c.platform)) // fails after 2 s
		if err := errors.Join(o.Err(), o.ready()); err != nil {
			t.Fatalf("while the API server is away: %v", err)
		}
	})

	p.awaitBack()
	back := time.Now()
	newApp(t, ns, "later")
	within(t, time.Until(back.Add(catchUp)), "the IMGroups say what the callbacks said", func() error { return stateIs(t, ns, sent) })
	within(t, time.Until(back.Add(catchUp)), "it leads again and sees new IMApps", func() error {
		if lease := getLease(t, ns); lease.Spec.RenewTime.Time.Before(back) {
			return fmt.Errorf("the Lease was renewed last at %s", lease.Spec.RenewTime)
		}
		return errors.Join(o.leads(ns), hasConditions(getApp(t, ns, "later").Status.Conditions, "Ready=True/Ready"))
	})
	o.awaitDrained()
	t.Logf("%d callbacks; caught up %s after the API server was back", len(sent), time.Since(back))
}

// survivesAKill: events that only the journal has are written by the next process.
func survivesAKill(t *testing.T, p *outagePart) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	p.awaitAway()
	sent := newTraffic(t, 50, 1000).list(200)
	sendAll(t, sent, o.sender(ns, "chat"))
	o.kill()
	o.start()
	awaitRefusals(t, o, ns)
	p.awaitBack()
	within(t, catchUp, "the IMGroups say what the callbacks said", func() error { return stateIs(t, ns, sent) })
	o.awaitReady()
	o.awaitDrained()
}

// stopsInTime: what cannot be written stays in the journal, and the next process writes it.
func stopsInTime(t *testing.T, p *outagePart) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := newOperator(t, ns, elected(ns)...)
	allowElection(t, ns)
	o.start()
	o.awaitReady()
	p.awaitAway()
	sent := newTraffic(t, 30, 1000).list(60)
	sendAll(t, sent, o.sender(ns, "chat"))
	o.stop()
	p.awaitBack()
	o.start()
	awaitState(t, ns, sent)
	o.awaitReady()
	o.awaitDrained()
}

// startsWithout: an operator that does not know its apps yet says so, and is ready soon after the API server is.
func startsWithout(t *testing.T, p *outagePart) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	allowElection(t, ns)
	o := newOperator(t, ns, elected(ns)...)
	p.awaitAway()
	o.start()
	awaitRefusals(t, o, ns)
	during(t, p.length, time.Second, func() {
		if err := errors.Join(o.Err(), notReady(t, o, ns)); err != nil {
			t.Fatal(err)
		}
	})
	p.awaitBack()
	within(t, catchUp, "it is ready", o.ready)
	send(t, o.sender(ns, "chat"), harmless)
	awaitGroup(t, ns, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	eventually(t, "it leads", func() error { return o.leads(ns) })
}

// awaitRefusals waits until a starting operator answers at all, which it does before it knows any app.
func awaitRefusals(t *testing.T, o *operator, namespace string) {
	t.Helper()
	eventually(t, "it listens", func() error {
		if err := o.Err(); err != nil {
			t.Fatal(err)
		}
		return notReady(t, o, namespace)
	})
}

// notReady tells whether an operator refuses callbacks for now, and says to the kubelet that it does.
func notReady(t *testing.T, o *operator, namespace string) error {
	t.Helper()
	reply, err := o.sender(namespace, "chat").Send(t.Context(), harmless)
	if err != nil {
		return err
	}
	if reply.HTTPStatus != http.StatusServiceUnavailable || reply.ActionStatus != "FAIL" || reply.ErrorCode != 503 || reply.Header.Get("Retry-After") == "" {
		return fmt.Errorf("answered HTTP %d %s, Retry-After %q", reply.HTTPStatus, reply.Raw, reply.Header.Get("Retry-After"))
	}
	if o.ready() == nil {
		return errors.New("it is ready without knowing its apps")
	}
	return nil
}
