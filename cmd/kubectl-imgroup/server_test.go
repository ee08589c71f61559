// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// inFront is an API server that refuses some requests, with the real one behind it.
func inFront(t *testing.T, refuse func(*http.Request) *apierrors.StatusError) *httptest.Server {
	t.Helper()
	behind, err := url.Parse(world.env.Config.Host)
	must(t, err)
	transport, err := rest.TransportFor(world.env.Config)
	must(t, err)
	forward := &httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		no := refuse(r)
		if no == nil {
			forward.ServeHTTP(w, r)
			return
		}
		no.ErrStatus.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(int(no.ErrStatus.Code))
		_ = json.NewEncoder(w).Encode(no.ErrStatus)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

func TestWatchWhereListsCannotBeStreamed(t *testing.T) {
	declare(t, "chat", "support", "old-server", "@TGS#2OLD")
	p := start(t, pipe, "watch", "old-server", "-n", "chat", "--server", inFront(t, func(r *http.Request) *apierrors.StatusError {
		if r.URL.Query().Has("sendInitialEvents") {
			return apierrors.NewInvalid(schema.GroupKind{Kind: "ListOptions"}, "", nil)
		}
		return nil
	}).URL)
	p.says(t, "Watching 1 IMGroup in the namespace chat")
	told(t, "chat", "support", appID, world.hourAgo, fakeim.InfoChanged("@TGS#2OLD", nil, fakeim.Body{"Name": "shown"}))
	p.says(t, "- → shown")
}

func TestWatchGoesOnWhereItIsTooOldToGoOn(t *testing.T) {
	declare(t, "chat", "support", "gone", "@TGS#2GONE")
	var refused atomic.Int32
	server := inFront(t, func(r *http.Request) *apierrors.StatusError {
		if r.URL.Query().Get("resourceVersion") != "" && refused.Add(1) == 1 {
			told(t, "chat", "support", appID, world.hourAgo, fakeim.InfoChanged("@TGS#2GONE", nil, fakeim.Body{"Name": "meanwhile"}))
			knows(t, "chat", "@TGS#2GONE", "meanwhile")
			return apierrors.NewResourceExpired("too old")
		}
		return nil
	})
	p := start(t, pipe, "watch", "gone", "-n", "chat", "--server", server.URL)
	p.says(t, "Watching 1 IMGroup in")
	server.CloseClientConnections()
	p.says(t, "- → meanwhile")
	p.interrupt(t)
	if code := p.wait(t); code != 0 || refused.Load() == 0 {
		t.Errorf("exit code %d after %d tries: %s", code, refused.Load(), p.err.String())
	}
}

func TestWatchEndsWithTheUsersRights(t *testing.T) {
	declare(t, "chat", "support", "forbidden", "@TGS#2FORBIDDEN")
	p := run(t, pipe, 1, "watch", "forbidden", "-n", "chat", "--server", inFront(t, func(r *http.Request) *apierrors.StatusError {
		if r.URL.Query().Has("watch") {
			return apierrors.NewForbidden(schema.GroupResource{Resource: "imgroups"}, "", nil)
		}
		return nil
	}).URL)
	p.says(t, "is forbidden")
}
