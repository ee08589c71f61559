// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
)

const (
	// probeTimeout is longer than Tencent waits: an answer that comes late says more than none.
	probeTimeout = 10 * time.Second
	// soon is when a certificate must be renewed, at the latest.
	soon = 14 * 24 * time.Hour
)

// prober goes the way that Tencent takes.
type prober struct {
	now   func() time.Time
	roots *x509.CertPool // nil: the authorities that this machine trusts
	ends  time.Time      // of the certificate; zero: none was seen
}

// endpoint sends a callback that must be refused: unsigned, and for no application. Whatever the IMApp takes, nothing is
// changed.
func (p *prober) endpoint(ctx context.Context, app *imv1alpha1.IMApp) (all []finding) {
	at := app.Status.CallbackURL
	f := finding{Check: "url", Of: at}
	u, err := url.Parse(at)
	switch {
	case at == "":
		f.Of = app.Namespace + "/" + app.Name
		return []finding{f.with(unknown, "the operator does not know its own URL (--callback-external-url)")}
	case err != nil:
		return []finding{f.with(failure, "%v", err)}
	case u.Scheme != "https":
		all = append(all, finding{Check: "tls", Of: u.Host}.with(warning, "no TLS: whoever is on the way can read the callbacks"))
	}
	message := &callback.Callback{Command: callback.InfoChanged, GroupID: "check", EventTime: time.UnixMilli(1), Platform: "RESTAPI"}
	sender := &callback.Sender{URL: at, Client: p.client(), Now: p.now}
	answer, err := sender.Send(ctx, message)
	if err != nil {
		return append(all, unreached(u, err))
	}
	if !p.ends.IsZero() {
		all = append(all, p.certificate(u.Host))
	}
	return append(all, f.probed(answer))
}

func (p *prober) client() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: p.roots, VerifyConnection: func(s tls.ConnectionState) error {
		p.ends = s.PeerCertificates[0].NotAfter
		return nil
	}}
	return &http.Client{Transport: transport, Timeout: probeTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (p *prober) certificate(host string) finding {
	f := finding{Check: "tls", Of: host}
	if p.ends.Sub(p.now()) < soon {
		return f.with(warning, "the certificate ends soon, at %s", p.ends.UTC().Format(time.RFC3339))
	}
	return f.with(ok, "the certificate is of a trusted authority and ends at %s", p.ends.UTC().Format(time.RFC3339))
}

// unreached says on which part of the way a probe ended.
func unreached(u *url.URL, err error) finding {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		return finding{Check: "dns", Of: u.Hostname()}.with(failure, "%v", name)
	case errors.As(err, &certificate):
		return finding{Check: "tls", Of: u.Host}.with(failure, "%v; Tencent as well must trust it", certificate.Err)
	}
	return finding{Check: "url", Of: u.String()}.with(failure, "%v. It may be that only this machine cannot reach it", err)
}

// probed reads the answer to a probe: the operator alone refuses one in this way.
func (f finding) probed(a callback.Answer) finding {
	late := ""
	if a.Duration > callback.Patience {
		late = ", but later than Tencent waits"
	}
	switch {
	case a.Foreign || a.HTTPStatus != http.StatusForbidden:
		return f.with(failure, "HTTP %d. %s", a.HTTPStatus, callback.Explain(a))
	case !strings.Contains(a.ErrorInfo, "SdkAppid") && !strings.Contains(a.ErrorInfo, "Sign"):
		return f.with(failure, "HTTP %d %s is not how the operator refuses", a.HTTPStatus, a.ErrorInfo)
	case late != "":
		return f.with(warning, "the operator refuses an unsigned probe, as it must%s", late)
	}
	return f.with(ok, "the operator refuses an unsigned probe, as it must")
}
