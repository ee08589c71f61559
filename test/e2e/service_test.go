// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// service is one address for some replicas, as a Service of Kubernetes is: each new connection goes to a replica that
// was ready when it was asked last, and those that exist stay where they are.
type service struct {
	net.Listener
	t        *testing.T
	backends []*backend
	next     atomic.Uint32
	running  sync.WaitGroup
}

// backend is a replica of a service.
type backend struct {
	*operator
	listed      atomic.Bool // takes new connections
	connections atomic.Int32
}

const probeEvery = time.Second

func startService(t *testing.T, replicas []*operator) *service {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	s := &service{Listener: l, t: t}
	for _, o := range replicas {
		b := &backend{operator: o}
		b.listed.Store(o.ready() == nil)
		s.backends = append(s.backends, b)
		s.running.Go(b.probe)
	}
	s.running.Go(s.serve)
	t.Cleanup(func() { _ = s.Close(); s.running.Wait() }) // all end with the test's context
	return s
}

// probe asks for the readiness, as the kubelet does.
func (b *backend) probe() {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.t.Context().Done():
			return
		case <-tick.C:
			b.listed.Store(b.ready() == nil)
		}
	}
}

func (s *service) serve() {
	for {
		c, err := s.Accept()
		if err != nil {
			return // it is closed
		}
		s.running.Go(func() { s.forward(c) })
	}
}

// forward takes a connection to one of the replicas and ends when either side does.
func (s *service) forward(c net.Conn) {
	defer func() { _ = c.Close() }()
	b := s.pick()
	if b == nil {
		return
	}
	to, err := net.Dial("tcp", b.Callbacks)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	b.connections.Add(1)
	defer b.connections.Add(-1)
	end := func() { _, _ = c.Close(), to.Close() }
	defer context.AfterFunc(s.t.Context(), end)() // no idle connection outlives the test
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{c, to}, {to, c}} {
		both.Go(func() {
			_, _ = io.Copy(way[1], way[0]) // an end as any other
			end()
		})
	}
	both.Wait()
}

// pick takes the replicas that are listed in turn; nil if none is.
func (s *service) pick() *backend {
	for range s.backends {
		if b := s.backends[int(s.next.Add(1))%len(s.backends)]; b.listed.Load() {
			return b
		}
	}
	return nil
}
