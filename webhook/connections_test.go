// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"errors"
	"net"
	"testing"
)

func TestConnectionsBeyondTheLimitWaitForOneToEnd(t *testing.T) {
	tcp, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(tcp, 1)
	dial := func() net.Conn {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", tcp.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	dial()
	second := dial().LocalAddr().String() // the kernel has taken it
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := first.(interface{ CloseWrite() error }); !ok {
		t.Error("the writing side cannot be closed alone")
	}
	if len(l.places) != cap(l.places) {
		t.Error("the connection takes no place")
	}
	_, _ = first.Close(), first.Close() // which gives one place back
	next, err := l.Accept()
	if err != nil || next.RemoteAddr().String() != second {
		t.Fatalf("accepted %v, %v; want the one that has waited", next, err)
	}
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
