// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"container/list"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// connection is one that has a place. Its methods may be called on nil, which stands for one without.
type connection struct {
	*net.TCPConn
	all *connections

	gone    sync.Once
	listed  *list.Element // in all.unproven
	serving int           // verified requests that are being answered
	proven  bool          // one had a right signature
}

// Close gives the place back.
func (c *connection) Close() error {
	err := c.TCPConn.Close()
	c.gone.Do(func() { c.all.leave(c) })
	return err
}

// serve says that a verified request is being answered, during which the connection keeps its place. One whose request
// was signed keeps it for good.
func (c *connection) serve(signed bool) {
	if c == nil {
		return
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.proven = c.proven || signed
	c.serving++
	c.all.unlist(c)
}

// served says that the answer is on its way.
func (c *connection) served() {
	if c == nil {
		return
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.serving--
	c.all.list(c)
}

// connectionKey is where a request's context has its connection.
type connectionKey struct{}

func withConnection(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, connectionKey{}, c)
}

// connectionOf is nil for a request that came by none of ours.
func connectionOf(r *http.Request) *connection {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	return c
}
