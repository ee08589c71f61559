// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// sendTimeout is longer than Tencent waits: an answer that comes late says more than none.
const sendTimeout = 10 * time.Second

// sender knows the endpoint; from says in words where its token is from.
func sender(ctx context.Context, e *cli.Env, k *cluster.Cluster, app *imv1alpha1.IMApp, o *options) (s *callback.Sender, from string, err error) {
	s = &callback.Sender{SDKAppID: app.Spec.SDKAppID, Now: e.Now}
	if s.URL, err = endpointURL(app, o.url); err != nil {
		return nil, "", err
	}
	if s.Token, from, err = token(ctx, e, k, app, o.tokenFile); err != nil {
		return nil, "", err
	}
	s.Client, err = o.client()
	return s, from, err
}

// wholePath is the path of an IMApp, behind what a proxy may want.
var wholePath = regexp.MustCompile(`/callbacks/[^/]+/[^/]+/?$`)

// endpointURL is where callbacks go: --url, to which the IMApp's path is added where it has none, or the IMApp's own.
func endpointURL(app *imv1alpha1.IMApp, given string) (string, error) {
	if given == "" {
		if app.Status.CallbackURL == "" {
			return "", fmt.Errorf("the operator does not know its own URL (--callback-external-url): name it by --url, or %s", forwardHint)
		}
		return app.Status.CallbackURL, nil
	}
	u, err := url.Parse(given)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return "", exit.Usage("--url %q is not http://HOST or https://HOST", given)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "", exit.Usage("--url has a query, a fragment or a user; the query is added by send")
	case !wholePath.MatchString(u.Path):
		before := strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/callbacks")
		u.Path, u.RawPath = strings.TrimRight(before, "/")+app.CallbackPath(), ""
	}
	return u.String(), nil
}

// token is what signs, "" where the IMApp takes unsigned callbacks.
func token(ctx context.Context, e *cli.Env, k *cluster.Cluster, app *imv1alpha1.IMApp, file string) (text, from string, err error) {
	ref := app.Spec.Callback.TokenSecretRef
	switch {
	case file != "":
		text, err = tokenFile(ctx, e, file)
		return text, "signed with the token of the file " + file, err
	case ref == nil:
		return "", "unsigned, as the IMApp allows", nil
	}
	secret := &corev1.Secret{}
	if err := k.Get(ctx, client.ObjectKey{Namespace: app.Namespace, Name: ref.Name}, secret); err != nil {
		return "", "", fmt.Errorf("reading the token, which --token-file can give as well: %w", err)
	}
	text = trimNewline(string(secret.Data["token"]))
	if text == "" {
		return "", "", fmt.Errorf("the Secret %s has no key token", ref.Name)
	}
	return text, fmt.Sprintf("signed with the token of the Secret %s", ref.Name), nil
}

// client behaves like Tencent's, which follows no redirects, but waits longer.
func (o *options) client() (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.insecure} //nolint:gosec // the user's wish
	if o.authority != "" {
		text, err := os.ReadFile(o.authority)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s has no certificate", o.authority)
		}
	}
	return &http.Client{Transport: transport, Timeout: sendTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

const forwardHint = "forward a port: kubectl -n imgroup-system port-forward pod/imgroup-operator-0 8090, then --url http://127.0.0.1:8090"

// unreachable adds to an error of the network what may help.
func unreachable(err error) error {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &host):
		return fmt.Errorf("%w\nThe certificate must be for the host of the URL. For a forwarded port: --callback-insecure-skip-tls-verify", err)
	case errors.As(err, &unknown):
		return fmt.Errorf("%w\nName its CA by --callback-certificate-authority. Tencent as well must trust the certificate", err)
	}
	return fmt.Errorf("%w\nIf the URL cannot be reached from here, %s", err, forwardHint)
}
