// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	krest "k8s.io/client-go/rest"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// filter is an API server that answers some requests by itself: those of which it returns true.
type filter func(w http.ResponseWriter, r *http.Request) bool

// newOperatorBehind makes an operator that reaches the API server through a filter alone.
func newOperatorBehind(t *testing.T, namespaces string, answered filter) *operator {
	t.Helper()
	user, err := harness.OperatorUser(world.env)
	must(t, err)
	transport, err := krest.TransportFor(user)
	must(t, err)
	target, err := url.Parse(user.Host)
	must(t, err)
	proxy := &httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answered(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.CloseClientConnections)
	o := newOperator(t, namespaces, "--leader-elect=false")
	must(t, localenv.WriteKubeconfig(o.Kubeconfig(), &krest.Config{Host: server.URL}))
	return o
}

// To list 100,000 IMGroups takes half a minute. What concerns IMApps alone does not wait for that.
func TestAStartServesIMAppsBeforeItKnowsTheIMGroups(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	listed := make(chan struct{})
	var unreadable atomic.Bool
	unreadable.Store(true)
	o := newOperatorBehind(t, ns, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/imgroups") && r.Method == http.MethodGet {
			select {
			case <-listed:
			case <-r.Context().Done():
				return true
			}
		}
		if strings.Contains(r.URL.Path, "/secrets/") && unreadable.Load() {
			http.Error(w, "busy", http.StatusInternalServerError)
			return true
		}
		return false
	})
	o.start()
	o.awaitReady()
	unreadable.Store(false)
	taken := func(app string) func() error {
		return func() error { return trySend(t.Context(), o.sender(ns, app), harmless) }
	}
	within(t, tokenReadAgain, "a Secret that was not readable at first is read", taken("chat"))
	late := newApp(t, ns, "late")
	within(t, tokenReadAgain, "a new IMApp is served", taken("late"))
	update(t, late, func(a *imv1alpha1.IMApp) { a.Spec.Suspend = true })
	within(t, tokenReadAgain, "a suspension is in force", func() error {
		return refused(t.Context(), o.sender(ns, "late"), http.StatusNotFound, harmless)
	})
	app := awaitApp(t, ns, "chat", "Ready=True/Ready")
	if app.Status.Groups != nil {
		t.Errorf("status.groups is %d before all were counted", *app.Status.Groups)
	}
	close(listed)
	awaitGroup(t, ns, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	eventually(t, "the groups are counted", func() error {
		if n := getApp(t, ns, "chat").Status.Groups; n == nil {
			return errNotYet
		}
		return nil
	})
}

func TestANamespaceThatMayNotBeListedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	open, closed := newNamespace(t), newNamespace(t)
	newApp(t, open, "chat")
	newApp(t, closed, "chat")
	var allowed atomic.Bool
	o := newOperatorBehind(t, open+","+closed, func(w http.ResponseWriter, r *http.Request) bool {
		if allowed.Load() || !strings.Contains(r.URL.Path, "/namespaces/"+closed+"/") {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":%q}`,
			fmt.Sprintf("imapps.im.imgroup.dev is forbidden: User \"op\" cannot list resource \"imapps\" in API group \"im.imgroup.dev\" in the namespace %q", closed))
		return true
	})
	o.start()
	o.awaitReady()
	send(t, o.sender(open, "chat"), fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"}))
	awaitGroup(t, open, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	must(t, refused(t.Context(), o.sender(closed, "chat"), http.StatusNotFound, harmless))
	must(t, o.isMetric(fmt.Sprintf("imgroup_namespace_refused{namespace=%q}", closed), 1))
	allowed.Store(true)
	within(t, 15*time.Second, "it is served once that is allowed", func() error { return trySend(t.Context(), o.sender(closed, "chat"), harmless) })
	awaitGroup(t, closed, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
}
