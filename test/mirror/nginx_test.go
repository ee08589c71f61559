// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build nginx

package mirror

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// refused is how a backend forbids what a Before event asks for.
const refused = `{"ActionStatus":"OK","ErrorInfo":"not here","ErrorCode":10100}`

// backend answers callbacks, and keeps what it got.
type backend struct {
	*httptest.Server
	mu  sync.Mutex
	got []callback
}

// callback is what arrived of one.
type callback struct{ Path, Query, Body string }

func startBackend(t *testing.T) *backend {
	t.Helper()
	b := &backend{}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.got = append(b.got, callback{r.URL.Path, r.URL.RawQuery, string(body)})
	b.mu.Unlock()
	answer := `{"ActionStatus":"OK","ErrorInfo":"by the backend","ErrorCode":0}`
	if strings.Contains(r.URL.Query().Get("CallbackCommand"), "Before") {
		answer = refused
	}
	_, _ = io.WriteString(w, answer)
}

func (b *backend) newest() callback {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.got[len(b.got)-1]
}

// proxy is an nginx with the document's file.
type proxy struct {
	address, dir string
}

// start starts nginx in front of a backend and an operator's path.
func start(t *testing.T, b *backend, o *harness.Operator, path string) *proxy {
	t.Helper()
	program := os.Getenv("NGINX")
	if program == "" {
		t.Fatal("NGINX names no nginx: see make test-mirror")
	}
	address, err := harness.FreeAddress()
	must(t, err)
	p := &proxy{address, t.TempDir()}
	site, err := os.ReadFile(root + "/docs/mirror/nginx.conf")
	must(t, err)
	text := replace(t, string(site), map[string]string{
		"listen 8080": "listen " + address, "/var/log/nginx/": p.dir + "/",
		"127.0.0.1:3000": b.Listener.Addr().String(), "imgroup.internal.example.com:8090": o.Callbacks, "/callbacks/chat/chat": path,
	})
	main := filepath.Join(p.dir, "nginx.conf")
	must(t, os.WriteFile(main, []byte(fmt.Sprintf(settings, p.dir, text)), 0o600))
	process, err := child.Start(child.Options{Path: program, Log: filepath.Join(p.dir, "log"), Args: []string{"-p", p.dir, "-c", main}})
	must(t, err)
	t.Cleanup(func() { _ = process.Kill() })
	eventually(t, "nginx listens", func() error {
		_, _, err := harness.Get(t.Context(), "http://"+address+"/", "")
		return err
	})
	return p
}

// settings are Debian's, but for files and processes.
const settings = `daemon off; master_process off; pid nginx.pid; error_log stderr warn;
events {}
http {
	sendfile on;
	tcp_nopush on;
	access_log %[1]s/default.log;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	%[2]s
}
`

// replace replaces what must be there.
func replace(t *testing.T, text string, with map[string]string) string {
	t.Helper()
	for old, now := range with {
		if !strings.Contains(text, old) {
			t.Fatalf("the document's file has no %s", old)
		}
		text = strings.ReplaceAll(text, old, now)
	}
	return text
}

// sender sends as Tencent does, to the path that the console has.
func (p *proxy) sender(c *http.Client) *fakeim.Sender {
	return &fakeim.Sender{URL: "http://" + p.address + "/im/callback", SDKAppID: sdkAppID, Token: token, Client: c}
}

// checkLogs fails if nginx logged a signature anywhere.
func (p *proxy) checkLogs(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(p.dir + "/*log")
	must(t, err)
	if len(files) < 3 {
		t.Errorf("only the logs %v", files)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		if bytes.Contains(text, []byte("Sign=")) {
			t.Errorf("%s has a signature:\n%s", filepath.Base(file), text)
		}
	}
}

// fastest is the shortest time of a few callbacks, each of which the backend must answer within Tencent's two seconds.
func fastest(t *testing.T, s *fakeim.Sender) time.Duration {
	t.Helper()
	best := time.Hour
	for range 4 {
		began := time.Now()
		reply, err := s.Send(t.Context(), fakeim.InfoChanged("ops", time.Now().UnixMilli(), fakeim.Body{"Name": "Ops"}))
		must(t, err)
		if reply.ErrorInfo != "by the backend" {
			t.Errorf("not the backend's answer: %s", reply.Raw)
		}
		best = min(best, time.Since(began))
	}
	return best
}
