// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// It is not parallel: beside the writers of other tests its one writer would get too small a part of the API server.
func TestAStoppingOperatorWritesAllItHasAcknowledged(t *testing.T) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns, "--sync-workers=1") // one write after the other, so that many wait
	s, connections := o.sender(ns, "chat"), &http.Transport{}
	s.Client = &http.Client{Timeout: 2 * time.Second, Transport: connections}
	sent := newTraffic(t, 40, 1000).list(120)
	sendAll(t, sent, s)
	connections.CloseIdleConnections() // or the receiver waits for them, which is time to write
	if pending := o.metric("imgroup_journal_pending_groups"); pending < 10 {
		t.Fatalf("only %v groups are pending", pending)
	}
	o.stop()
	checkState(t, ns, sent)

	o.start()
	o.awaitReady()
	if err := o.isMetric("imgroup_journal_pending_groups", 0); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	for name, n := range o.writes() {
		if n != 0 && !strings.Contains(name, `"cleared"`) { // of managedFields, which is behind all other work
			t.Errorf("after a restart %s is %v", name, n)
		}
	}
}

func TestAStoppingOperatorAnswersTheRequestsInFlight(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	slow := startSlowly(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"}))
	if err := o.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "readiness fails", func() error {
		if o.ready() == nil {
			return errNotYet
		}
		return nil
	})
	if err := o.Err(); err != nil {
		t.Fatalf("it ended with a request in flight: %v", err)
	}
	if err := slow.finish(); err != nil {
		t.Error(err)
	}
	o.awaitEnd()
	if g, err := groupWithID(t, ns, "g"); err != nil || is("the name", g.Status.Name, "ops") != nil {
		t.Errorf("the request in flight was not written: %v, %s", err, words(g.Status.Name))
	}
}

// slowRequest is a callback of which half the body has been sent, and which the operator is reading.
type slowRequest struct {
	body  *io.PipeWriter
	rest  []byte
	reply chan error
}

func startSlowly(t *testing.T, s *fakeim.Sender, body any) *slowRequest {
	t.Helper()
	text, err := fakeim.Encode(body)
	if err != nil {
		t.Fatal(err)
	}
	// The operator says "100 Continue" when it begins to read the body: from then on the request is in flight.
	reading := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(reading) }})
	request, err := s.Request(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	reader, writer := io.Pipe()
	request.Body, request.GetBody = reader, nil
	request.Header.Set("Expect", "100-continue")
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	slow := &slowRequest{body: writer, rest: text[len(text)/2:], reply: make(chan error, 1)}
	go func() {
		response, err := client.Do(request)
		if err == nil {
			defer response.Body.Close()
			if answer, _ := io.ReadAll(response.Body); string(answer) != okAnswer {
				err = errors.New(response.Status + " " + string(answer))
			}
		}
		slow.reply <- err
	}()
	select {
	case <-reading:
	case err := <-slow.reply:
		t.Fatal(err)
	}
	if _, err := writer.Write(text[:len(text)/2]); err != nil {
		t.Fatal(err)
	}
	return slow
}

// finish sends the rest and says how the request was answered.
func (s *slowRequest) finish() error {
	if _, err := s.body.Write(s.rest); err != nil {
		return err
	}
	return errors.Join(s.body.Close(), <-s.reply)
}

func TestARestartGoesOnWhereTheOperatorStopped(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat", declaredOnly)
	o := startOperator(t, ns)
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"})) // pending: not declared
	o.stop()                                                                                 // after the time that it has to drain
	declare(t, ns, "g", "chat", "g")
	o.start()
	awaitGroup(t, ns, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
}
