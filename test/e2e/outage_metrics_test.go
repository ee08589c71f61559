// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-logr/logr"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientrest "k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/internal/metricsauth"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// quick are times at which an answer of the API server is old after a moment.
var quick = metricsauth.Times{Fresh: 60 * time.Millisecond, Outage: time.Hour, Answer: time.Second}

// servesMetrics to who was allowed to read them last, and to nobody else, also when no answer of the API server is cached
// any more. The operator itself caches for a minute, so a filter with other times stands beside it.
func servesMetrics(t *testing.T, p *outagePart) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	reader, dismissed, stranger := newScraper(t, ns, "reader"), newScraper(t, ns, "dismissed"), newToken(t, ns, "stranger")
	operators := "https://" + startOperator(t, ns, "--metrics-secure").Metrics + "/metrics"
	forgetful := quick
	forgetful.Outage = time.Nanosecond
	filtered, forgets := newFilter(t, quick), newFilter(t, forgetful)
	everywhere := []string{operators, filtered, forgets}
	asks := func(want map[string]int, urls ...string) {
		t.Helper()
		for token, status := range want {
			for _, url := range urls {
				eventually(t, "the metrics are asked for", func() error { return scraped(t, url, token, status) })
			}
		}
	}
	asks(map[string]int{reader: 200, stranger: 403, "nonsense": 401, "": 401}, everywhere...)
	asks(map[string]int{dismissed: 200}, filtered)
	must(t, world.admin.Delete(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "dismissed"}}))
	asks(map[string]int{dismissed: 401}, filtered)

	p.awaitAway()
	must(t, scraped(t, operators, reader, 200))
	asks(map[string]int{reader: 503}, forgets) // so the API server is asked, in vain, and no answer of its is fresh any more
	for token, status := range map[string]int{stranger: 503, dismissed: 503, "nonsense": 503, "": 401} {
		must(t, scraped(t, filtered, token, status))
	}
	during(t, 5*time.Second, 100*time.Millisecond, func() { must(t, scraped(t, filtered, reader, 200)) })

	p.awaitBack()
	asks(map[string]int{reader: 200, stranger: 403, dismissed: 401, "nonsense": 401, "": 401}, filtered)
	asks(map[string]int{reader: 200}, everywhere...)
}

// scraped tells whether the metrics are answered with a status.
func scraped(t *testing.T, url, token string, want int) error {
	status, body, err := harness.Get(t.Context(), url, token)
	if err == nil && status != want {
		err = fmt.Errorf("HTTP %d, want %d: %.200s", status, want, body)
	}
	return err
}

// newFilter serves a page behind the filter, which asks the API server as the operator.
func newFilter(t *testing.T, times metricsauth.Times) (url string) {
	t.Helper()
	user, err := harness.OperatorUser(world.env)
	must(t, err)
	client, err := clientrest.HTTPClientFor(user)
	must(t, err)
	filter, err := times.Filter(user, client)
	must(t, err)
	handler, err := filter(logr.Discard(), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL + "/metrics"
}

// newScraper is a token of a ServiceAccount that may read the metrics.
func newScraper(t *testing.T, namespace, name string) (token string) {
	t.Helper()
	token = newToken(t, namespace, name)
	create(t, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "imgroup-operator-metrics-reader"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: namespace, Name: name}}})
	return token
}

// newToken makes a ServiceAccount and a token of it.
func newToken(t *testing.T, namespace, name string) string {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	create(t, account)
	request := &authenticationv1.TokenRequest{}
	must(t, world.admin.SubResource("token").Create(t.Context(), account, request))
	return request.Status.Token
}
