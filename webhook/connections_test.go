// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"errors"
	"net"
	"testing"
)

// placesFor listens with a number of places, and dials.
func placesFor(t *testing.T, places int) (l *connections, dial func() net.Conn) {
	t.Helper()
	tcp, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = limit(tcp, places)
	t.Cleanup(func() { _ = l.Close() })
	return l, func() net.Conn {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", tcp.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
}

func accept(t *testing.T, l *connections) *connection {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return c.(*connection)
}

// isOpen reports whether the server's side of a connection is.
func isOpen(c *connection) bool {
	_, err := c.Write([]byte("x"))
	return err == nil
}

func TestConnectionsOfVerifiedSendersWaitForOneToEnd(t *testing.T) {
	l, dial := placesFor(t, 1)
	dial()
	second := dial().LocalAddr().String() // the kernel has taken it
	first := accept(t, l)
	first.serve(true)
	first.served()
	if l.enter() {
		t.Error("there is a place beyond the limit")
	}
	if !isOpen(first) {
		t.Error("the connection of a verified sender was closed for another")
	}
	_, _ = first.Close(), first.Close() // which gives one place back
	next := accept(t, l)
	if next.RemoteAddr().String() != second {
		t.Fatalf("accepted %v, want the one that has waited", next)
	}
	next.serve(true)
	accepted := make(chan error, 1)
	go func() { _, err := l.Accept(); accepted <- err }()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-accepted; !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	_ = next.Close()
	_ = l.Close() // as http.Server does once more
}

func TestWhenPlacesRunOutTheUnverifiedConnectionThatWasIdleLongestGoes(t *testing.T) {
	l, dial := placesFor(t, 4)
	var c []*connection
	for range 4 {
		dial()
		c = append(c, accept(t, l))
	}
	c[0].serve(true) // signed
	c[0].served()
	c[1].serve(false) // of an app without signatures, and being answered twice at a time
	c[1].serve(false)
	c[1].served()
	for i, gone := range []int{2, 3} {
		dial()
		c = append(c, accept(t, l))
		if isOpen(c[gone]) {
			t.Errorf("for new connection %d connection %d was not closed", i, gone)
		}
	}
	c[1].served() // idle from now on, after the new ones
	for _, gone := range []int{4, 5, 1} {
		dial()
		c = append(c, accept(t, l))
		for i, other := range c[:6] {
			if i == gone && isOpen(other) {
				t.Errorf("connection %d was not closed", i)
			}
		}
	}
	if !isOpen(c[0]) {
		t.Error("the connection of a verified sender was closed for another")
	}
	if l.open != 4 || l.unproven.Len() != 3 {
		t.Errorf("%d are open, %d of them unverified; want 4 and 3", l.open, l.unproven.Len())
	}
}

func TestARequestWithoutAConnectionOfOursHasNoPlace(*testing.T) {
	c := connectionOf(request(infoChanged, smallBody))
	c.serve(true)
	c.served()
}

func TestConnectionsLeaveRoomForOtherFiles(t *testing.T) {
	for files, want := range map[uint64]int{
		0: 0, 1: 0, 64: 32, 256: 128, 512: 256, 1024: 768, 12255: 11999, 12256: 12000, 20000: 12000, 1 << 63: 12000, 1<<64 - 1: 12000,
	} {
		if got := connectionsWithin(files); got != want {
			t.Errorf("with %d files there is room for %d connections, want %d", files, got, want)
		}
	}
}
