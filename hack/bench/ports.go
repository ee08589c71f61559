// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// freeAddresses finds addresses of loopback on which nothing listens. It listens on each until all are found, or the
// same one would be found again.
func freeAddresses(n int) ([]string, error) {
	if n == 0 {
		return nil, nil
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	others, err := freeAddresses(n - 1)
	return append(others, l.Addr().String()), err
}

const (
	pollInterval = 20 * time.Millisecond
	// scrapeInterval keeps the reading of metrics from being what is measured: each takes the operator about 2 ms.
	scrapeInterval = 200 * time.Millisecond
	startTimeout   = 60 * time.Second
)

// await polls until a check has no error. It gives up when the process ends.
func await(ctx context.Context, p *child.Process, what string, limit time.Duration, check func(context.Context) error) error {
	return awaitEvery(ctx, pollInterval, p, what, limit, check)
}

// awaitEvery is await for checks that cost something.
func awaitEvery(ctx context.Context, interval time.Duration, p *child.Process, what string, limit time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var last error
	for {
		err := check(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() == nil: // else it says only that the time is over
			last = err
		}
		select {
		case <-tick.C:
		case <-p.Done():
			return p.Err()
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w (last: %w)", what, ctx.Err(), last)
		}
	}
}

// listens is a check for await.
func listens(addr string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
}

// isOK is a check for await.
func isOK(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, response.Status)
		}
		return nil
	}
}
