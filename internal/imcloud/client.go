// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// Config is the access to one application.
type Config struct {
	BaseURL          string                    // https://HOST of the application's region
	AllowedHost      func(baseURL string) bool // required; see AllowedHost
	SDKAppID         int64
	AdminUserID      string // of an administrator of the application
	SecretKey        SecretKey
	QueriesPerSecond int               // at most 200; 0 means DefaultQueriesPerSecond
	CustomFieldKeys  []string          // the custom group fields to ask for
	Transport        http.RoundTripper // for tests; nil: connections of the client's own, which are kept alive
}

// Client calls the REST API for one application. It may be used concurrently; all its calls share one rate.
type Client struct {
	base     url.URL
	sdkAppID int64
	admin    string
	keys     []string
	sig      *signer
	http     *http.Client
	calls    *rate.Limiter
	lists    *rate.Limiter
}

// New checks the access, as far as that goes without sending anything. It returns ErrHostNotAllowed or a
// *ConfigurationError. Close gives the connections back.
func New(c Config) (*Client, error) {
	base, ok := parseBase(c.BaseURL)
	if !ok || c.AllowedHost == nil || !c.AllowedHost(c.BaseURL) {
		return nil, ErrHostNotAllowed
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.QueriesPerSecond == 0 {
		c.QueriesPerSecond = DefaultQueriesPerSecond
	}
	if c.Transport == nil {
		c.Transport = newTransport()
	}
	return &Client{
		base: url.URL{Scheme: base.Scheme, Host: base.Host}, sdkAppID: c.SDKAppID, admin: c.AdminUserID,
		keys: slices.Clone(c.CustomFieldKeys), sig: newSigner(c),
		http:  &http.Client{Transport: c.Transport, CheckRedirect: stayHere},
		calls: rate.NewLimiter(rate.Limit(c.QueriesPerSecond), 1),
		lists: rate.NewLimiter(rate.Every(listInterval), 1),
	}, nil
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// check rejects what would be signed as something else, or cannot be right.
func (c Config) check() error {
	key := string(c.SecretKey)
	switch {
	case c.SDKAppID < 1:
		return misconfigured("the SDKAppID is not above 0")
	case c.AdminUserID == "" || !utf8.ValidString(c.AdminUserID) || strings.ContainsFunc(c.AdminUserID, unicode.IsControl):
		return misconfigured("the administrator's UserID is empty or has control characters")
	case key == "" || strings.ContainsFunc(key, unicode.IsSpace):
		return misconfigured("the secret key is empty or has white space in it")
	case c.QueriesPerSecond < 0 || c.QueriesPerSecond > maxQueriesPerSecond:
		return misconfigured("the queries per second are not from 1 to 200")
	}
	return nil
}

// stayHere follows no redirect: the next host is not in the list, and the URL holds a signature.
func stayHere(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// newTransport keeps connections alive, as Tencent advises. A proxy of the environment is used.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        maxConnections,
		MaxIdleConnsPerHost:    maxConnections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}
