#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# The gate: regenerates, runs read-only checks, and fails if anything in the tree is other than before. It compares
# contents with those at its start, so uncommitted work does no harm. Every step runs, then the failed ones are named.
#
#	hack/verify.sh [STEP...]    without an argument those for this module: generated lint tidy kustomize documents workflows
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
	$make --no-print-directory generate manifests docs
}

lint() {
	$make --no-print-directory lint # all of go vet among it
}

tidy() {
	go mod tidy -diff
}

# modules: lint and tidy, for the modules below this one.
modules() {
	bad=0
	$make --no-print-directory lint-modules || bad=1
	for mod in $(find . -mindepth 2 -name go.mod -not -path './bin/*' -not -path './.local/*'); do
		go -C "$(dirname "$mod")" mod tidy -diff || bad=1
	done
	return $bad
}

# kustomize: dist/install.yaml is as the manifests make it (else there is a difference), and everything else below config
# builds: each kustomization by itself, each component on top of config/default.
kustomize() {
	bad=0
	$make --no-print-directory IMG= build-installer || bad=1
	mkdir "$tmp/built" && cp -R config "$tmp/built/config" || return 1
	for file in $(cd "$tmp/built" && find config -name kustomization.yaml); do
		dir=$(dirname "$file")
		if grep -q '^kind: Component$' "$file"; then
			mkdir "$tmp/built/overlay"
			printf 'resources: [../config/default]\ncomponents: [../%s]\n' "$dir" >"$tmp/built/overlay/kustomization.yaml"
			dir=overlay
		fi
		go tool -modfile=hack/tools/go.mod kustomize build "$tmp/built/$dir" >/dev/null || { echo "$file does not build"; bad=1; }
		rm -rf "$tmp/built/overlay"
	done
	rm -rf "$tmp/built"
	return $bad
}

# licenses: each linked module has one that is allowed, and docs/licenses.md names them all, else there is a difference.
licenses() {
	$make --no-print-directory licenses
}

# documents: the tests that a document names exist, and so do the files that it links to.
documents() {
	bad=0
	for name in $(grep -oh '`Test[A-Za-z0-9]*`' docs/*.md | tr -d '`' | sort -u); do
		grep -rqs --include='*_test.go' "^func $name(" . || { echo "docs: there is no $name"; bad=1; }
	done
	for doc in *.md $(find docs -name '*.md'); do
		for link in $(grep -oE '\]\([^)#: ]+[)#]' "$doc" | sed 's/](//; s/[)#]$//'); do
			[ -e "$(dirname "$doc")/$link" ] || { echo "$doc: there is no $link"; bad=1; }
		done
	done
	return $bad
}

# workflows: they are well-formed, and name every action by a commit.
workflows() {
	bad=0
	go tool -modfile=hack/tools/go.mod actionlint .github/workflows/*.yaml || bad=1
	if grep -n 'uses:' .github/workflows/*.yaml | grep -vE 'uses: [a-z/-]+@[0-9a-f]{40} # v[0-9.]+$'; then
		echo "workflows: these actions are not named by a commit, with the version behind it"
		bad=1
	fi
	return $bad
}

before=$(tree)
failed=
for step in ${*:-generated lint tidy kustomize documents workflows}; do
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
