// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

const (
	customaryCallback = "127.0.0.1:8090"
	readyTimeout      = 30 * time.Second
	operatorGrace     = 40 * time.Second // above the time that it takes at most to write what it still holds
)

// operator is the running operator with its addresses.
type operator struct {
	process                   *child.Process
	callback, metrics, health string // HOST:PORT
}

// startOperator starts the operator on loopback, lets it call a REST API, and returns when it is ready.
func startOperator(ctx context.Context, s settings, restURL string) (*operator, error) {
	addresses, err := freeAddresses()
	if err != nil {
		return nil, err
	}
	o := &operator{callback: addresses[0], metrics: addresses[1], health: addresses[2]}
	if o.process, err = child.Start(child.Options{Path: s.manager, Args: o.args(s, restURL), Log: s.managerLog()}); err != nil {
		return nil, err
	}
	if err := o.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, o.stop())
	}
	return o, nil
}

func (o *operator) args(s settings, restURL string) []string {
	return []string{
		"--kubeconfig=" + s.kubeconfig(),
		"--callback-bind-address=" + o.callback,
		"--callback-external-url=http://" + o.callback,
		"--metrics-bind-address=" + o.metrics,
		"--health-probe-bind-address=" + o.health,
		"--journal-dir=" + s.journal(),
		"--rest-allowed-hosts=" + restURL,
		"--leader-elect=false",
	}
}

func (o *operator) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for !answersOK(ctx, "http://"+o.health+"/readyz") {
		select {
		case <-tick.C:
		case <-o.process.Done():
			return o.process.Err()
		case <-ctx.Done():
			return fmt.Errorf("waiting for the operator to be ready: %w", ctx.Err())
		}
	}
	return nil
}

func answersOK(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func (o *operator) stop() error { return o.process.Stop(operatorGrace) }

// freeAddresses finds three addresses of loopback on which nothing listens; the first is the customary one if it can be.
func freeAddresses() ([]string, error) {
	var listeners []net.Listener
	var addresses []string
	defer func() {
		for _, l := range listeners {
			_ = l.Close()
		}
	}()
	for _, choices := range [][]string{{customaryCallback, "127.0.0.1:0"}, {"127.0.0.1:0"}, {"127.0.0.1:0"}} {
		l, err := listenOnOneOf(choices)
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, l)
		addresses = append(addresses, l.Addr().String())
	}
	return addresses, nil
}

func listenOnOneOf(addresses []string) (l net.Listener, err error) {
	for _, a := range addresses {
		if l, err = net.Listen("tcp4", a); err == nil {
			return l, nil
		}
	}
	return nil, err
}
