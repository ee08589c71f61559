// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"text/template"
)

var krewManifest = template.Must(template.New(krewFile).Parse(`apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: imgroup
spec:
  version: {{.Version}}
  homepage: {{.Repository}}
  shortDescription: Chat groups of Tencent Cloud Chat in Kubernetes
  description: |
    For people who operate imgroup-operator: the URL for Tencent's console, signed test callbacks, live changes,
    a group's history, resyncs, checks, a support bundle. It has no rights but yours.
  platforms:
{{- range .Platforms}}
  - selector:
      matchLabels:
        os: {{.OS}}
        arch: {{.Arch}}
    uri: {{$.Repository}}/releases/download/{{$.Version}}/{{.Archive}}
    sha256: {{.Sum}}
    bin: {{.Program}}
    files:
    - from: {{.Program}}
      to: .
    - from: LICENSE
      to: .
{{- end}}
`))

// krew writes the manifest by which krew installs the plugin.
func (r release) krew() error {
	type row struct{ OS, Arch, Archive, Sum, Program string }
	var rows []row
	for _, p := range r.platforms {
		sum, err := r.sum(r.archive(p))
		if err != nil {
			return err
		}
		rows = append(rows, row{p.os, p.arch, r.archive(p), sum, p.program()})
	}
	var text bytes.Buffer
	err := krewManifest.Execute(&text, map[string]any{"Version": r.version, "Repository": repository, "Platforms": rows})
	if err != nil {
		return err
	}
	return r.write(krewFile, text.Bytes())
}
