// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// ErrHostNotAllowed means that a base URL is malformed or names a host that is not in the list of allowed ones. Nothing
// was sent.
var ErrHostNotAllowed = errors.New("the base URL is not the URL of an allowed host")

// AllowedHost returns a function that reports whether a base URL may be used. The list holds hosts for https://, with a
// port if it is not 443, and http://127.0.0.1:PORT for test servers, the only plain http that is allowed. A base URL has a
// scheme and a host and nothing else; a trailing '/', capitals and the port 443 do no harm.
func AllowedHost(hosts []string) func(baseURL string) bool {
	var allowed []string
	for _, host := range hosts {
		allowed = append(allowed, usual(host))
	}
	return func(baseURL string) bool {
		u, ok := parseBase(baseURL)
		switch {
		case !ok:
			return false
		case u.Scheme == "https":
			return slices.Contains(allowed, usual(u.Host))
		}
		return u.Scheme == "http" && u.Hostname() == "127.0.0.1" && u.Port() != "" && slices.Contains(hosts, "http://"+u.Host)
	}
}

// usual is how a host is spelled for comparison.
func usual(host string) string { return strings.TrimSuffix(strings.ToLower(host), ":443") }

// parseBase reads a base URL. Only the scheme and the host of the result are used.
func parseBase(baseURL string) (*url.URL, bool) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, false
	}
	return u, u.Path == "" || u.Path == "/"
}
