// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	dripInterval = 500 * time.Millisecond // between two bytes
	// dripPatience is how long an operator may bear it: its limits are 5 s.
	dripPatience = 10 * time.Second
)

// drip sends the head of a request at once, and then a byte now and then. The operator must end that.
func drip(ctx context.Context, address, head string) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { _ = c.Close() })
	if head != "" {
		go dripInto(ctx, c, head)
	}
	if err := c.SetReadDeadline(time.Now().Add(dripPatience)); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a slow sender was borne for %s", dripPatience)
	}
	if err == nil && response.StatusCode >= http.StatusInternalServerError && response.StatusCode != http.StatusServiceUnavailable {
		return fmt.Errorf("a slow sender got HTTP %d", response.StatusCode)
	}
	return nil // refused, or the connection was closed without an answer
}

func dripInto(ctx context.Context, c net.Conn, text string) {
	for ctx.Err() == nil {
		if _, err := c.Write([]byte(text)); err != nil {
			return
		}
		rest(ctx, dripInterval)
		text = "x"
	}
}

// dripBody sends the head of a callback at once.
func dripBody(ctx context.Context, x *target, options ...fakeim.Option) error {
	request, err := x.loud.Request(ctx, harmless, options...)
	if err != nil {
		return err
	}
	return drip(ctx, x.address, "POST "+request.URL.RequestURI()+" HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
}
