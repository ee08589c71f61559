// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
)

// server listens on loopback.
type server struct {
	*guard
	net.Listener

	http *http.Server
}

// loopback is the only address that is listened on.
const loopback = "127.0.0.1"

func listen(port int, next http.Handler) (*server, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort(loopback, strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	g := newGuard(l.Addr().String())
	return &server{guard: g, Listener: l, http: &http.Server{
		Handler: g.wrap(next), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, WriteTimeout: writeTimeout + readTimeout,
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: log.New(io.Discard, "", 0)}}, nil
}

// serve serves until the context ends, and ends all streams then.
func (s *server) serve(ctx context.Context) error {
	s.http.BaseContext = func(net.Listener) context.Context { return ctx }
	stop := context.AfterFunc(ctx, func() { _ = s.http.Close() })
	defer stop()
	if err := s.http.Serve(s.Listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
