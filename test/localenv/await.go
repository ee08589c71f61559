// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// startTimeout bounds each wait: a cold kube-apiserver takes 5 to 20 s on two busy cores.
const startTimeout = 60 * time.Second

// pollInterval is short since every test waits for it, and long enough to leave the processor to what is awaited.
const pollInterval = 50 * time.Millisecond

// awaitOK polls the URL until it answers 200, the process ends or the context does.
func awaitOK(ctx context.Context, p *child.Process, client *http.Client, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		last := get(ctx, client, url)
		if last == "" {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.Done():
			return p.Err()
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w (last: %s)", url, ctx.Err(), last)
		}
	}
}

// get says what is wrong with the answer, or "" for nothing.
func get(ctx context.Context, client *http.Client, url string) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	response, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.Status
	}
	return ""
}

// Ports are taken below the range that systems use for outgoing connections (from 32768 on Linux, 49152 elsewhere):
// else such a connection could take the port of an API server, or of an operator, that is down for a moment.
const firstPort, portCount = 10000, 22000

var portsGiven, portsOffset = atomic.Int32{}, rand.Int32N(portCount)

// FreePort finds a port of loopback on which nothing listens, and which was not given to this process before.
func FreePort() (int, error) {
	var err error
	for range portCount {
		port := firstPort + int((portsOffset+portsGiven.Add(1))%portCount)
		var l net.Listener
		if l, err = net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("no free port: %w", err)
}
