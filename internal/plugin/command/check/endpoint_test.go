// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// answers is a server that gives one answer, by TLS.
func answers(t *testing.T, status int, body string) (at string, roots *x509.CertPool, ends time.Time) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("SdkAppid") != "0" || q.Has("Sign") {
			t.Errorf("the probe could be taken for a callback: %s", r.URL.RawQuery)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that must fail
	s.StartTLS()
	t.Cleanup(s.Close)
	roots = x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.URL + "/callbacks/chat/support", roots, s.Certificate().NotAfter
}

const refusal = `{"ActionStatus":"FAIL","ErrorCode":403,"ErrorInfo":"SdkAppid is missing or not the one of this path"}`

func TestEndpoint(t *testing.T) {
	for _, test := range []struct {
		name     string
		status   int
		body     string
		trusted  bool
		sooner   time.Duration // the moment before the certificate's end; 0: long
		want     string        // results, in order
		lastSays string
	}{
		{"the operator", 403, refusal, true, 0, "tls ok, url ok", "as it must"},
		{"an untrusted certificate", 403, refusal, false, 0, "tls failed", "Tencent as well must trust it"},
		{"a certificate that ends", 403, refusal, true, time.Hour, "tls warning, url ok", "as it must"},
		{"another path", 404, `{"ActionStatus":"FAIL","ErrorCode":404,"ErrorInfo":"no such callback path"}`, true, 0, "tls ok, url failed", "There is no such callback path"},
		{"something else", 403, "<html>Forbidden</html>", true, 0, "tls ok, url failed", "not an answer of the operator"},
		{"something that refuses in its own way", 403, `{"ActionStatus":"FAIL","ErrorCode":403,"ErrorInfo":"go away"}`, true, 0, "tls ok, url failed", "not how the operator refuses"},
		{"something that takes everything", 200, `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}`, true, 0, "tls ok, url failed", "HTTP 200"},
	} {
		t.Run(test.name, func(t *testing.T) {
			at, roots, ends := answers(t, test.status, test.body)
			p := &prober{now: time.Now, roots: x509.NewCertPool()}
			if test.trusted {
				p.roots = roots
			}
			if test.sooner > 0 {
				p.now = func() time.Time { return ends.Add(-test.sooner) }
			}
			app := &imv1alpha1.IMApp{Status: imv1alpha1.IMAppStatus{CallbackURL: at}}
			var results []string
			all := p.endpoint(t.Context(), app)
			for _, f := range all {
				results = append(results, f.Check+" "+f.Result)
			}
			if got := strings.Join(results, ", "); got != test.want || !strings.Contains(all[len(all)-1].Message, test.lastSays) {
				t.Errorf("%s; the last one says %q", got, all[len(all)-1].Message)
			}
		})
	}
}

func TestAnEndpointThatNobodyReaches(t *testing.T) {
	for url, want := range map[string]string{"": "url unknown", "http://127.0.0.1:1/callbacks/chat/support": "url failed", "https://chat.invalid/callbacks/chat/support": "dns failed"} {
		all := (&prober{now: time.Now}).endpoint(t.Context(), &imv1alpha1.IMApp{Status: imv1alpha1.IMAppStatus{CallbackURL: url}})
		if last := all[len(all)-1]; last.Check+" "+last.Result != want {
			t.Errorf("%q: %+v", url, last)
		}
	}
}
