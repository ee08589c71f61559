#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# The gate: regenerates, runs read-only checks, and fails if anything in the tree is other than before. It compares
# contents with those at its start, so uncommitted work does no harm. Every step runs, then the failed ones are named.
#
#	hack/verify.sh [STEP...]    all steps without an argument: generated lint vet modules kustomize
set -eu
cd "$(dirname "$0")/.."
make=${MAKE:-make}

# A private git directory: the work tree is read, the repository in it is neither needed nor touched.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
snapshots() {
	env -u GIT_INDEX_FILE -u GIT_OBJECT_DIRECTORY \
		git --git-dir="$tmp" --work-tree=. -c core.autocrlf=false -c core.safecrlf=false "$@"
}
snapshots init --quiet

# tree prints the hash of all contents that git would not ignore.
tree() {
	snapshots add --all
	snapshots write-tree
}

generated() {
	$make --no-print-directory generate manifests
}

lint() {
	$make --no-print-directory lint
}

vet() {
	go vet ./...
}

modules() {
	bad=0
	for mod in $(find . -name go.mod -not -path './bin/*' -not -path './.local/*'); do
		go -C "$(dirname "$mod")" mod tidy -diff || bad=1
	done
	return $bad
}

kustomize() {
	go tool -modfile=hack/tools/go.mod kustomize build config/default >/dev/null
}

before=$(tree)
failed=
for step in ${*:-generated lint vet modules kustomize}; do
	echo "verify: $step"
	$step || failed="$failed $step"
done

after=$(tree)
if [ "$before" != "$after" ]; then
	failed="$failed difference"
	echo "verify: these files are not as generated; commit what the tree holds now:"
	snapshots --no-pager diff "$before" "$after"
fi

if [ -n "$failed" ]; then
	echo "verify: FAILED:$failed" >&2
	exit 1
fi
echo "verify: ok"
