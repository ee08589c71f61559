// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

func TestMain(m *testing.M) {
	if addr, connections, hostile := strings.Cut(os.Getenv(hostileVariable), " "); hostile {
		n, _ := strconv.Atoi(connections)
		beHostile(addr, n)
		return
	}
	goleak.VerifyTestMain(m)
}

const (
	testToken    = "s3cr3t-token"
	testPrevious = "0ld-t0ken"
	testPath     = "/callbacks/chat/lobby"
	testAppID    = 1400000000
)

var (
	testApp = apps.Key{Namespace: "chat", Name: "lobby"}
	testNow = time.Unix(1700000000, 123456789).UTC()
)

// world is a server with everything around it faked.
type world struct {
	*Server
	apps    *apps.Registry
	journal *fakeJournal
	resyncs *fakeResync
	metrics *metrics.Metrics
	gather  *prometheus.Registry // has the metrics
	log     *syncBuffer          // text of all verbosities
	audit   *syncBuffer
}

func newWorld(tb testing.TB, changes ...func(*Config, *limits)) *world {
	tb.Helper()
	registry := prometheus.NewRegistry()
	w := &world{
		apps: &apps.Registry{}, journal: &fakeJournal{}, resyncs: &fakeResync{},
		gather: registry, metrics: metrics.New(registry), log: &syncBuffer{}, audit: &syncBuffer{},
	}
	w.apps.Set(apps.App{Key: testApp, SDKAppID: testAppID, Ready: true, Tokens: [][]byte{[]byte(testToken), []byte(testPrevious)}})
	w.apps.MarkLoaded()
	c := Config{
		BindAddress: "127.0.0.1:0", Apps: w.apps, Journal: w.journal, Resync: w.resyncs, Metrics: w.metrics,
		Log: textLogger(w.log), Audit: w.audit, Now: func() time.Time { return testNow },
	}
	l := defaultLimits()
	for _, change := range changes {
		change(&c, &l)
	}
	w.Server = newServer(c, l)
	return w
}

func textLogger(out io.Writer) logr.Logger {
	return funcr.New(func(prefix, args string) { _, _ = io.WriteString(out, prefix+" "+args+"\n") }, funcr.Options{Verbosity: 9})
}

// setApp changes the test's app.
func (w *world) setApp(change func(*apps.App)) {
	a, _ := w.apps.Get(testApp)
	change(&a)
	w.apps.Set(a)
}

// start runs the server until the test ends, or until stop is called.
func (w *world) start(t *testing.T) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Start(ctx) }()
	select {
	case <-w.Started():
	case err := <-done:
		t.Fatalf("the server did not start: %v", err)
	}
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	return stop
}

// post sends a signed callback in process.
func (w *world) post(command, body string) *httptest.ResponseRecorder {
	return w.do(request(command, body))
}

func (w *world) do(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

func (w *world) counted(command, outcome string) float64 {
	return testutil.ToFloat64(w.metrics.CallbackRequests.WithLabelValues(command, outcome))
}

// request is a signed callback. No command means none in the URL.
func request(command, body string) *http.Request {
	query := signedQuery(testToken)
	if command != "" {
		query += "&CallbackCommand=" + command
	}
	return httptest.NewRequest(http.MethodPost, testPath+"?"+query, strings.NewReader(body))
}

func signedQuery(token string) string {
	seconds := strconv.FormatInt(testNow.Unix(), 10)
	return "OptPlatform=Web&ClientIP=203.0.113.9&SdkAppid=" + strconv.Itoa(testAppID) + "&RequestTime=" + seconds + "&Sign=" + sign(token, seconds)
}

func sign(token, requestTime string) string {
	sum := sha256.Sum256([]byte(token + requestTime))
	return hex.EncodeToString(sum[:])
}

// fakeJournal keeps events in memory. hold, if set, is read before every append.
type fakeJournal struct {
	mu     sync.Mutex
	events []event.Event
	err    error
	enter  chan struct{}
	hold   chan struct{}
	onCall func(context.Context) error
}

func (j *fakeJournal) Append(ctx context.Context, ev event.Event) error {
	if j.hold != nil {
		j.enter <- struct{}{}
		<-j.hold
	}
	if j.onCall != nil {
		return j.onCall(ctx)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.events = append(j.events, ev)
	}
	return j.err
}

// one returns the only event that was appended.
func (j *fakeJournal) one(t *testing.T) event.Event {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.events) != 1 {
		t.Fatalf("%d events were stored, want 1", len(j.events))
	}
	return j.events[0]
}

type fakeResync struct {
	mu   sync.Mutex
	apps []apps.Key
}

func (f *fakeResync) RequestResync(app apps.Key) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.apps = append(f.apps, app)
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
