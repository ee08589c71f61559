// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// stage is how far the process has come. It only goes forward: what comes late makes no stopping process ready.
type stage int32

const (
	loading stage = iota
	serving
	stopping
	failing // is told in place of serving, for as long as it lasts
)

// maxFailures is how many writes the journal's disk may fail in a row before the replica leaves the callbacks to others.
const maxFailures = 3

// reason is why a stage is not ready: a name for searches, and words. They say nothing that an untrusted client may not know.
func (s stage) reason() (name, words string) {
	switch s {
	case loading:
		return "apps-not-loaded", "the API server has not told of the IMApps and their tokens yet"
	case stopping:
		return "journal-closing", "the operator stops; it takes no callbacks and writes what the journal holds"
	case failing:
		return "journal-failing", "the journal's disk fails; callbacks are refused until a write succeeds, which is tried twice a second"
	}
	return "", ""
}

// readiness is what /readyz tells. It depends on nothing that replicas share, once the apps are known: the journal's disk
// is this replica's own, and another one may do better.
type readiness struct {
	log      logr.Logger
	failures func() int      // writes that the journal's disk failed in a row
	refused  func() []string // namespaces that are to be served and may not be listed
	now      atomic.Int32
	failing  atomic.Bool // was told
}

// stage is what is to be told now.
func (r *readiness) stage() stage {
	s := stage(r.now.Load())
	if s == serving && r.failures() >= maxFailures {
		return failing
	}
	return s
}

// reach goes to a stage, unless the process is past it, and logs that once.
func (r *readiness) reach(next stage) {
	for {
		now := r.now.Load()
		if now >= int32(next) {
			return
		}
		if r.now.CompareAndSwap(now, int32(next)) {
			r.tell(next)
			return
		}
	}
}

func (r *readiness) tell(s stage) {
	name, words := s.reason()
	if name == "" {
		r.log.Info("ready")
		return
	}
	r.log.Info("not ready", "reason", name, "message", words)
}

// ServeHTTP answers a probe. It logs changes alone: probes come every few seconds.
func (r *readiness) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	now := r.stage()
	if was := r.failing.Swap(now == failing); was != (now == failing) && now != stopping {
		r.tell(now)
	}
	name, words := now.reason()
	if name == "" {
		answerProbe(w, http.StatusOK, "ok\n"+r.unserved())
		return
	}
	answerProbe(w, http.StatusServiceUnavailable, fmt.Sprintf("[-]%s: %s\n", name, words))
}

// unserved names the namespaces that are not served. They are no reason to be unready: the others are.
func (r *readiness) unserved() string {
	if names := r.refused(); len(names) > 0 {
		return "[!]namespace-refused: the operator may not list IMApps in " + strings.Join(names, ", ") + "\n"
	}
	return ""
}

func answerProbe(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// probes answer the kubelet. A process that answers is alive.
func probes(ready http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /readyz", ready)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answerProbe(w, http.StatusOK, "ok\n") })
	return mux
}

// probeTimeout is for a prober that sends or reads slowly; the kubelet waits a second.
const probeTimeout = 5 * time.Second

// addProbes serves them in place of the manager's own, which withhold the reason and log every failed probe.
func (op *Operator) addProbes(ctx context.Context, address string) error {
	if address == "" || address == "0" {
		return nil
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("--health-probe-bind-address: %w", err)
	}
	server := &http.Server{Handler: probes(op.readiness), ReadTimeout: probeTimeout, WriteTimeout: probeTimeout,
		IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14}
	return op.manager.Add(&manager.Server{Name: "health probe", Server: server, Listener: listener})
}
