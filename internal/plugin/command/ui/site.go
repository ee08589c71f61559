// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"embed"
	"encoding/json"
	"net/http"
	"path"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

// files are the page.
//
//go:embed page
var files embed.FS

// contentTypes of the files. Those that Go knows depend on the machine.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// site is what a browser gets that was let in.
type site struct {
	hub     *hub
	cluster *cluster.Cluster
	place   place
}

// ServeHTTP serves the page, its files, the stream and single groups. The path is below that of the page.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "":
		// Strangers choose where the pictures of groups are: browsers fetch them only for who asks for that.
		if r.URL.Query().Has("pictures") {
			w.Header().Set("Content-Security-Policy", policy(" https:"))
		}
		file(w, "index.html")
	case "stream":
		s.stream(w, r)
	case "group":
		s.group(w, r)
	default:
		file(w, r.URL.Path)
	}
}

func file(w http.ResponseWriter, name string) {
	text, err := files.ReadFile("page/" + name)
	kind := contentTypes[path.Ext(name)]
	if err != nil || kind == "" || strings.Contains(name, "/") {
		refuse(w, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(text) //nolint:gosec // one of the embedded files, whatever was asked for
}

func (s *site) group(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	g := s.hub.group(client.ObjectKey{Namespace: q.Get("namespace"), Name: q.Get("name")})
	if g == nil {
		refuse(w, http.StatusNotFound)
		return
	}
	text, err := json.Marshal(s.detailsOf(r.Context(), g))
	if err != nil {
		refuse(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}
