// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
)

// Ports are taken below those of localenv and of outgoing connections: an operator that is killed must find its own
// port free again. No port is given twice, so that a test cannot meet another one's operator.
const (
	firstPort = 12000
	portCount = 8000
)

var portsGiven, portsOffset = atomic.Int32{}, rand.Int32N(portCount)

// freePort finds a port of loopback on which nothing listens.
func freePort(t *testing.T) int {
	t.Helper()
	for range portCount {
		port := firstPort + int((portsOffset+portsGiven.Add(1))%portCount)
		l, err := net.Listen("tcp4", local(port))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("no free port")
	return 0
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
