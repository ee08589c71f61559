// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	customaryCloud = "127.0.0.1:8095"
	// Tencent waits so long for the answer to a callback.
	callbackTimeout = 2 * time.Second
	// The seed of the group IDs that the fake assigns: they are the same in each run.
	cloudSeed = 1
)

// cloud is the fake Tencent Chat: one application with some groups, whose REST API is served on loopback. It forgets
// all changes when it stops.
type cloud struct {
	*fakeim.Cloud
	key    string // the secret key, which signs UserSigs
	url    string
	wire   *wire
	sender *fakeim.Sender
	server *http.Server
	stops  context.CancelFunc
	parts  sync.WaitGroup
}

// newCloud makes the application with its groups, which are years old when the operator first sees them: nobody took
// the callbacks of that time.
func newCloud(ctx context.Context, key, token string) (*cloud, error) {
	now := func() time.Time { return founded }
	c := &cloud{key: key, wire: &wire{}, stops: func() {}}
	c.sender = &fakeim.Sender{SDKAppID: cloudSDKAppID, Token: token, Client: &http.Client{Transport: c.wire, Timeout: callbackTimeout}}
	c.Cloud = fakeim.NewCloud(fakeim.Config{SDKAppID: cloudSDKAppID, Key: key, Admin: cloudAdmin, Seed: cloudSeed,
		Now: func() time.Time { return now() }, Callbacks: c.sender})
	if err := c.fill(); err != nil {
		return nil, err
	}
	c.Settle(ctx) // to no URL
	now = time.Now
	return c, nil
}

func (c *cloud) fill() error {
	for _, g := range cloudGroups {
		if _, err := c.Create(g, fakeim.Somebody); err != nil {
			return err
		}
	}
	return nil
}

// startCloud serves the REST API, on the customary port if it can be.
func startCloud(ctx context.Context, key, token string) (*cloud, error) {
	c, err := newCloud(ctx, key, token)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", customaryCloud)
	if err != nil {
		if listener, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
			return nil, err
		}
	}
	c.serve(listener)
	return c, nil
}

func (c *cloud) serve(listener net.Listener) {
	c.url = "http://" + listener.Addr().String()
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: callbackTimeout}
	c.parts.Go(func() { _ = c.server.Serve(listener) })
}

// tell sends callbacks to a URL, from now until the context ends or the cloud is stopped.
func (c *cloud) tell(ctx context.Context, url string) {
	ctx, c.stops = context.WithCancel(ctx)
	c.sender.URL = url
	c.parts.Go(func() { c.Run(ctx) })
}

func (c *cloud) stop() error {
	c.stops()
	err := c.server.Close()
	c.parts.Wait()
	return err
}

// wire is the way of the callbacks to the operator. While it is cut they are lost: Tencent sends none again.
type wire struct{ cut atomic.Bool }

var errCut = errors.New("the wire is cut")

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	if w.cut.Load() {
		return nil, errors.Join(errCut, request.Body.Close())
	}
	return http.DefaultTransport.RoundTrip(request)
}
