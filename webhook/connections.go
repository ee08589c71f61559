// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"container/list"
	"net"
	"sync"
)

// connections accepts no more of them than there are places. A sender that has shown no token keeps its place only
// while nobody else wants it: when places run out, the unverified connection that was idle longest is closed. Where all
// belong to verified senders, further ones wait in the kernel.
type connections struct {
	net.Listener
	max int

	mu       sync.Mutex
	open     int       // with the place of an Accept that waits
	unproven list.List // of *connection, the longest idle first
	room     chan struct{}
	closed   chan struct{}
	close    func() error
}

func limit(l net.Listener, places int) *connections {
	closed := make(chan struct{})
	return &connections{Listener: l, max: places, room: make(chan struct{}, 1), closed: closed,
		close: sync.OnceValue(func() error { close(closed); return l.Close() })}
}

// Accept finds a place, then waits for a connection.
func (l *connections) Accept() (net.Conn, error) {
	for !l.enter() {
		select {
		case <-l.room:
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
	tcp, err := l.Listener.Accept()
	if err != nil {
		l.leave(nil)
		return nil, err
	}
	c := &connection{TCPConn: tcp.(*net.TCPConn), all: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list(c)
	return c, nil
}

// enter takes a place, if need be that of an unverified connection. If there is none, room says when to try again.
func (l *connections) enter() bool {
	l.mu.Lock()
	if l.open < l.max {
		l.open++
		l.mu.Unlock()
		return true
	}
	longest := l.unproven.Front()
	l.mu.Unlock()
	if longest != nil {
		_ = longest.Value.(*connection).Close()
	}
	return false
}

// leave gives the place of a connection back.
func (l *connections) leave(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	l.unlist(c)
	l.wake()
}

// wake lets a waiting Accept look again.
func (l *connections) wake() {
	select {
	case l.room <- struct{}{}:
	default: // it has not seen the last one yet
	}
}

// list makes an unverified connection the last that is closed for another.
func (l *connections) list(c *connection) {
	if !c.proven && c.serving == 0 {
		l.unlist(c)
		c.listed = l.unproven.PushBack(c)
		l.wake()
	}
}

// unlist keeps a connection from being closed for another.
func (l *connections) unlist(c *connection) {
	if c != nil && c.listed != nil {
		l.unproven.Remove(c.listed)
		c.listed = nil
	}
}

// empty reports whether no connection is open. An Accept that waits has a place too.
func (l *connections) empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open <= 1
}

// Close also ends an Accept that waits for a place.
func (l *connections) Close() error { return l.close() }

// connectionsWithin is how many connections a process has room for that may have so many files open.
func connectionsWithin(files uint64) int {
	return int(min(maxConnections, max(files-min(files, otherFiles), files/2)))
}
