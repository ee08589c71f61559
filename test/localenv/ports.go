// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
)

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

// FreeAddress is HOST:PORT on loopback where nothing listens, of a FreePort.
func FreeAddress() (string, error) {
	port, err := FreePort()
	return fmt.Sprintf("127.0.0.1:%d", port), err
}
