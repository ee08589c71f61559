// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

const pathPrefix = "/callbacks/"

// route reads /callbacks/{namespace}/{imapp}: exactly three segments, no cleaning and no redirect, since a sender that
// repeats nothing follows none. A path that needs an escape names no Kubernetes object.
func route(u *url.URL) (apps.Key, bool) {
	rest, found := strings.CutPrefix(u.Path, pathPrefix)
	namespace, name, two := strings.Cut(rest, "/")
	if !found || !two || u.RawPath != "" || namespace == "" || name == "" || strings.Contains(name, "/") {
		return apps.Key{}, false
	}
	return apps.Key{Namespace: namespace, Name: name}, true
}

// admit finds the path's app and decides whether it takes callbacks now.
func (s *Server) admit(r *http.Request) (apps.App, outcome) {
	key, found := route(r.URL)
	if !found {
		return apps.App{}, notFound
	}
	loaded := s.apps.Loaded() // before Get: an app that the start brings is set before it is loaded
	app, known := s.apps.Get(key)
	switch {
	case app.Suspended, !known && loaded:
		return app, notFound
	case r.Method != http.MethodPost:
		return app, methodNotAllowed
	case !known, !app.Ready:
		return app, notReady
	}
	return app, proceed
}
