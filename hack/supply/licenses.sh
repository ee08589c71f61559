#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Writes docs/licenses.md and fails if a licence is found that is not allowed; with an argument, also saves the licences' texts
# in that folder. The programs looked at are those for Linux, whatever this machine runs.
set -eu
cd "$(dirname "$0")/../.."
programs=". ./cmd/kubectl-imgroup"
own=github.com/imgroup-operator/imgroup-operator

mkdir -p bin
tool=$PWD/bin/go-licenses
go build -C hack/supply -o "$tool" github.com/google/go-licenses/v2
export GOOS=linux GOARCH=amd64 CGO_ENABLED=0
modules=$(go list -deps -f '{{with .Module}}{{.Path}}{{end}}' $programs | sort -u) # brings them here; from now on no network is asked

# What lies below GOROOT is left out; a tool built with -trimpath does not know GOROOT, and would leave out everything.
GOROOT=$(go env GOROOT)
export GOROOT

# The tool asks the web for the address of every licence, which nobody reads here: it finds the door closed.
offline() {
	HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1 "$tool" "$@" --ignore "$own" $programs 2>bin/go-licenses.log ||
		{ cat bin/go-licenses.log >&2; exit 1; }
}
offline check --allowed_licenses=Apache-2.0,BSD-2-Clause,BSD-3-Clause,ISC,MIT
offline report --template hack/supply/licenses.tmpl >docs/licenses.md
for module in $modules; do
	[ "$module" = "$own" ] || grep -qE "^\| $module[ /]" docs/licenses.md || { echo "docs/licenses.md has no licence of $module" >&2; exit 1; }
done
[ $# -eq 0 ] || { rm -rf "$1" && offline save --save_path "$1"; }
