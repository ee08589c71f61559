// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

const (
	// allowedStreams is the documented bound of concurrent streams of one connection.
	allowedStreams = 128
	openedStreams  = 1000
)

// manyStreams opens streams whose requests wait for their bodies. Those beyond the bound must be refused.
func manyStreams(_ *testing.T, x *target) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := openStreams(ctx, x, false)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		return awaitRefusedStreams(bufio.NewReader(c), openedStreams-allowedStreams)
	}
}

// resetStreams takes back each request as soon as it is sent. The operator may close the connection.
func resetStreams(_ *testing.T, x *target) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := openStreams(ctx, x, true)
		if err != nil {
			return err
		}
		_, _ = io.CopyN(io.Discard, c, openedStreams)
		return c.Close()
	}
}

// openStreams opens streams by signed requests on a connection of their own, and resets each at once if told so.
func openStreams(ctx context.Context, x *target, reset bool) (net.Conn, error) {
	request, err := x.loud.Request(ctx, harmless)
	if err != nil {
		return nil, err
	}
	dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}}
	c, err := dialer.DialContext(ctx, "tcp", x.address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = c.Close() })
	_, _ = c.Write(streams(request.URL.RequestURI(), reset)) // who reads learns that it was closed
	return c, c.SetReadDeadline(time.Now().Add(dripPatience))
}

func TestManyCallbacksShareOneConnection(t *testing.T) {
	t.Parallel()
	const callbacks = 10 * allowedStreams
	x, good := startTarget(t, attack{tls: true})
	good.Client.Transport.(*http.Transport).ForceAttemptHTTP2 = true
	n := newNumbers(100)
	x.atWork(n, good) // and the connection is there
	crowd := startStorm(t, allowedStreams/2, harness.PollEvery, func(ctx context.Context) error { return n.send(ctx, good) })
	eventually(t, "the callbacks are answered", func() error {
		if t.Failed() {
			t.FailNow()
		}
		return n.atLeast(callbacks)
	})
	crowd.end()
	if n.refused > 0 {
		t.Errorf("%d of %d callbacks were refused", n.refused, n.count)
	}
	x.awaitDrained()
	must(t, n.check(t, x.namespace))
	must(t, x.blames(""))
}
