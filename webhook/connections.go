// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net"
	"sync"
)

// limitedListener has a bounded number of connections open; further ones wait in the kernel. Unlike netutil's listener it
// gives out connections whose writing side can be closed alone, without which a refusal that is sent before the request was
// read to its end would not arrive.
type limitedListener struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	close  func() error
}

func limit(l net.Listener, connections int) *limitedListener {
	closed := make(chan struct{})
	return &limitedListener{Listener: l, places: make(chan struct{}, connections), closed: closed,
		close: sync.OnceValue(func() error { close(closed); return l.Close() })}
}

// Accept waits for a place, then for a connection.
func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	leave := sync.OnceFunc(func() { <-l.places })
	c, err := l.Listener.Accept()
	if err != nil {
		leave()
		return nil, err
	}
	return limitedConn{TCPConn: c.(*net.TCPConn), leave: leave}, nil
}

// empty tells that no connection is open. An Accept that waits has a place too.
func (l *limitedListener) empty() bool { return len(l.places) <= 1 }

// Close also ends an Accept that waits for a place.
func (l *limitedListener) Close() error { return l.close() }

type limitedConn struct {
	*net.TCPConn
	leave func()
}

// Close gives the place back.
func (c limitedConn) Close() error {
	defer c.leave()
	return c.TCPConn.Close()
}
