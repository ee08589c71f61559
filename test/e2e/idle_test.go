// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// With the race detector, which allows 8,128 goroutines, there cannot be as many as 10,000.
var idleConnections = flag.Int("idle-connections", 1000, "how many idle connections an operator bears")

func TestIdleConnectionsAreBorneAndCostLittle(t *testing.T) {
	t.Parallel()
	x, good := startTarget(t, attack{})
	n := newNumbers(20)
	before := x.atWork(n, good)
	idle := openIdle(t, x, *idleConnections)
	held := x.footprint()
	during(t, wayTroubleTime, goodInterval, func() { must(t, n.send(t.Context(), good)) })
	t.Logf("before %s, with %d idle connections %s", before, *idleConnections, held)
	if held.goroutines < before.goroutines+float64(*idleConnections)-goroutineSlack {
		t.Errorf("some of the connections were not kept: %s", held)
	}
	must(t, held.within(before, 2*float64(*idleConnections)+100, 32*mebibyte+float64(*idleConnections)*32*1024))
	for _, c := range idle {
		must(t, c.Close())
	}
	x.awaitGoroutines(before)
	must(t, errors.Join(x.blames(""), x.Err()))
}

// openIdle opens connections, each of which has had an answer and is kept.
func openIdle(t *testing.T, x *target, connections int) (all []net.Conn) {
	t.Helper()
	for range connections {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", x.address)
		must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		at := requestTime()
		_, err = fmt.Fprintf(c, "POST %s?CallbackCommand=State.StateChange&SdkAppid=%d&RequestTime=%s&Sign=%s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
			x.path, sdkAppID, at, fakeim.Sign(token, at))
		must(t, err)
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		must(t, err)
		if response.StatusCode != http.StatusOK || response.Close {
			t.Fatalf("HTTP %d", response.StatusCode)
		}
		all = append(all, c)
	}
	return all
}
