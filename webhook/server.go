// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// Config is what a Server needs. Apps, Journal, Resync and Metrics are required.
type Config struct {
	BindAddress string // host:port; port 0 picks a free one, see Server.Addr
	TLSCertDir  string // holds tls.crt and tls.key; empty = plain HTTP, behind a proxy that ends TLS
	Apps        *apps.Registry
	Journal     Journal
	Resync      Resyncer
	Metrics     *metrics.Metrics
	Log         logr.Logger      // zero = no log
	Audit       io.Writer        // gets one JSON line per accepted callback; nil = no audit. It must not block.
	Now         func() time.Time // nil = time.Now
}

// Server receives callbacks. It is a Runnable of controller-runtime's manager.
type Server struct {
	config  Config
	apps    *apps.Registry
	journal Journal
	resync  Resyncer
	metrics *metrics.Metrics
	log     logr.Logger
	audit   io.Writer
	now     func() time.Time
	limits  limits
	flight  *flight
	// received are the requests in flight whose bodies have come.
	received atomic.Int32
	// leaving: each answer is the last of its connection.
	leaving atomic.Bool

	losses, refusals, notFounds, strays, connections *throttle

	started chan struct{}
	addr    atomic.Value // string
}

// NewServer makes a server that Start runs.
func NewServer(c Config) *Server {
	l := defaultLimits()
	l.connections = connectionsWithin(openFiles())
	return newServer(c, l)
}

func newServer(c Config, l limits) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Server{
		config: c, apps: c.Apps, journal: c.Journal, resync: c.Resync, metrics: c.Metrics, log: c.Log, now: c.Now,
		audit: c.Audit, limits: l, flight: newFlight(l), started: make(chan struct{}),
		losses: newThrottle(), refusals: newThrottle(), notFounds: newThrottle(), strays: newThrottle(), connections: newThrottle(),
	}
}

// Handler is the endpoint without its listener.
func (s *Server) Handler() http.Handler { return s }

// NeedLeaderElection says that every replica receives callbacks.
func (s *Server) NeedLeaderElection() bool { return false }

// Started is closed when the server listens.
func (s *Server) Started() <-chan struct{} { return s.started }

// Addr is the address the server listens on, empty before it does.
func (s *Server) Addr() string {
	addr, _ := s.addr.Load().(string)
	return addr
}

// Saturated tells that callbacks come faster than they are answered, so that other work should stand back. Requests whose
// bodies have yet to come do not count: else a few slow senders could hold up the writes of every app.
func (s *Server) Saturated() bool { return s.received.Load() >= saturatingInFlight }

// Start listens and serves until ctx is done. It then lets the senders close their connections, accepts no more, lets requests
// in flight finish within a bound, and returns. It can be called once.
func (s *Server) Start(ctx context.Context) error {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", s.config.BindAddress)
	if err != nil {
		return err
	}
	keys, err := readCertificates(s.config.TLSCertDir)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if keys != nil {
		s.metrics.WatchCertificate(keys.expiry)
	}
	s.addr.Store(listener.Addr().String())
	close(s.started)
	s.log.Info("Receiving callbacks", "address", s.Addr(), "tls", keys != nil, "connections", s.limits.connections)
	return s.serve(ctx, limit(listener, s.limits.connections), keys)
}

// serve runs the parts of the server and waits for all of them.
func (s *Server) serve(ctx context.Context, listener *connections, keys *certificates) error {
	parts, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := s.httpServer(keys)
	failed := make(chan error, 2)
	var requests sync.WaitGroup
	requests.Go(func() { failed <- listenAndServe(server, listener, keys != nil) })
	requests.Go(func() { failed <- keys.watch(parts) })
	var err error
	select {
	case <-ctx.Done():
		err = s.drain(listener, failed)
	case err = <-failed:
	}
	cancel()
	err = errors.Join(err, s.shutDown(ctx, server))
	requests.Wait()
	return err
}

func (s *Server) httpServer(keys *certificates) *http.Server {
	return &http.Server{
		Handler:                      s,
		ErrorLog:                     log.New(serverLog{s}, "", 0),
		DisableGeneralOptionsHandler: true, // OPTIONS * gets an answer like all others
		TLSConfig:                    keys.config(),
		ReadHeaderTimeout:            s.limits.readHeader,
		ReadTimeout:                  s.limits.read,
		WriteTimeout:                 s.limits.write,
		IdleTimeout:                  s.limits.idle,
		MaxHeaderBytes:               maxHeaderBytes,
		ConnContext:                  withConnection,
		HTTP2:                        &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
	}
}

// listenAndServe returns nil after a shutdown.
func listenAndServe(server *http.Server, listener net.Listener, tls bool) error {
	serve := server.Serve
	if tls {
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	if err := serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// drain answers on until the senders have closed their connections, no longer than limits.drain.
func (s *Server) drain(listener *connections, failed <-chan error) error {
	s.leaving.Store(true)
	end := time.After(s.limits.drain)
	look := time.NewTicker(drainPoll)
	defer look.Stop()
	for !listener.empty() {
		select {
		case err := <-failed:
			return err
		case <-end:
			return nil
		case <-look.C:
		}
	}
	return nil
}

// shutDown waits for requests in flight, then ends the connections that are left.
func (s *Server) shutDown(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.stop)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
