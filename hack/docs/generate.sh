#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Writes what is generated below docs: the reference of the API from the types' comments, and the picture of the data flow
# from its text.
set -eu
cd "$(dirname "$0")/../.."

mkdir -p docs/reference
go tool -modfile=hack/docs/go.mod crd-ref-docs --source-path=api/v1alpha1 --config=hack/docs/reference/config.yaml \
	--templates-dir=hack/docs/reference --renderer=markdown --output-path=docs/reference/v1alpha1.md --log-level=ERROR

title='Data flow: a callback is journaled before it is answered, then merged and written to the API server.
A resync takes the same path without the journal.'
go run -C hack/docs ./picture "$title" <docs/dataflow.txt >docs/dataflow.svg.new
mv docs/dataflow.svg.new docs/dataflow.svg
