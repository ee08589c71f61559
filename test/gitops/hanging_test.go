// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/client-go/rest"
)

// writtenWithin is far less than the time after which a request for an Event would give up.
const writtenWithin = 5 * time.Second

// slowEvents is an API server that never answers a request for an Event, and is itself in all else.
type slowEvents struct {
	http.Handler
	asked, answered atomic.Int32
}

func (s *slowEvents) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/events") {
		s.asked.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // the end of the connection shows only behind the body
		<-r.Context().Done()               // the operator has given up
		s.answered.Add(1)
		return
	}
	s.Handler.ServeHTTP(w, r)
}

// newSlowEvents returns the API server and how an operator reaches it.
func newSlowEvents(t *testing.T) (*slowEvents, *rest.Config) {
	t.Helper()
	config := asOperator(t)
	transport, err := rest.TransportFor(config)
	must(t, err)
	target, err := url.Parse(config.Host)
	must(t, err)
	proxy := &httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	slow := &slowEvents{Handler: proxy}
	server := httptest.NewServer(slow)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return slow, &rest.Config{Host: server.URL}
}

func TestEventsNeverDelayAWrite(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	slow, config := newSlowEvents(t)
	o := startOperatorAs(t, config, ns)
	newApp(t, ns, "chat", "")
	start := time.Now()
	const groups = 40
	for i := range groups {
		o.send("chat", everyText(fmt.Sprint("group ", i), 1000, "ops"))
	}
	within(t, time.Until(start.Add(writtenWithin)), "all groups are written", func() error {
		out := kubectl(t, ns, "", "get", "imgroups", "--no-headers")
		if n := strings.Count(out, " True "); n != groups {
			return fmt.Errorf("%d of %d", n, groups)
		}
		return nil
	})
	if slow.asked.Load() == 0 || slow.answered.Load() > 0 {
		t.Errorf("%d Events were asked for, %d ended: the API server was not slow meanwhile", slow.asked.Load(), slow.answered.Load())
	}
}
