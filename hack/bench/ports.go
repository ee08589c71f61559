// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net"
	"time"
)

const (
	pollInterval = 20 * time.Millisecond
	// scrapeInterval keeps the reading of metrics from being what is measured: each takes the operator about 2 ms.
	scrapeInterval = 200 * time.Millisecond
	startTimeout   = 60 * time.Second
)

// listens is a check for child.Await.
func listens(addr string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
}
