#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Tests that verify.sh fails on generated files that are out of date, on an import against the arrows, on a lint fault, on a
# document that names what is not there and on a broken workflow, and that it passes without them. It works in a copy of the
# tree.
set -eu
cd "$(dirname "$0")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
copy=$tmp/tree
mkdir "$copy"
tar -cf - --exclude ./.git --exclude ./bin --exclude ./dist --exclude ./.local . | tar -xf - -C "$copy"
cd "$copy"

# One small package shows whether lint faults get through.
LINT_PACKAGES=./internal/merge/...
export LINT_PACKAGES
fault=internal/merge/fault.go

count=0
fail() {
	echo "FAIL: $1" >&2
	cat "$tmp/out" >&2
	exit 1
}

# passes NAME STEP...
passes() {
	name=$1
	shift
	hack/verify.sh "$@" >"$tmp/out" 2>&1 || fail "$name: verify failed"
	count=$((count + 1))
	echo "PASS: $name"
}

# fails NAME STEP TEXT...: verify STEP must fail, and every text must be in its output.
fails() {
	name=$1
	step=$2
	shift 2
	if hack/verify.sh "$step" >"$tmp/out" 2>&1; then
		fail "$name: verify passed"
	fi
	for text; do
		grep -qF -- "$text" "$tmp/out" || fail "$name: verify's output lacks: $text"
	done
	count=$((count + 1))
	echo "PASS: $name"
}

passes "a tree without faults passes" generated lint

for f in api/v1alpha1/zz_generated.deepcopy.go config/crd/bases/im.imgroup.dev_imgroups.yaml config/rbac/role.yaml; do
	case $f in
	*.go) echo "// drift" >>$f ;;
	*) echo "# drift" >>$f ;;
	esac
done
fails "generated files out of date are named and shown" generated "FAILED: difference" \
	api/v1alpha1/zz_generated.deepcopy.go "-// drift" \
	config/crd/bases/im.imgroup.dev_imgroups.yaml config/rbac/role.yaml "-# drift"
passes "regeneration has repaired them" generated

rm config/rbac/role.yaml
fails "a generated file that is missing" generated "FAILED: difference" config/rbac/role.yaml

cat >$fault <<'END'
// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package merge

import _ "github.com/imgroup-operator/imgroup-operator/internal/metrics" // the fault
END
fails "an import against the arrows" lint "FAILED: lint" "(depguard)" "$fault"

cat >$fault <<'END'
// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package merge

import "os"

// Fault drops an error.
func Fault() { os.Chdir("fault") }
END
fails "a lint fault" lint "FAILED: lint" "(errcheck)" "$fault"

echo "See \`TestThatNobodyWrote\` and [it](nowhere.md)." >>docs/dataflow.md
fails "a document that names what is not there is found" documents "there is no TestThatNobodyWrote" "there is no nowhere.md"

passes "the workflows pass" workflows
cat >.github/workflows/fault.yaml <<'END'
on: push
jobs:
  fault:
    runs-on: ubuntu-24.04
    steps:
    - uses: actions/checkout@v6
    - run: echo ${{ github.fault }}
END
fails "a broken workflow is found" workflows "FAILED: workflows" 'property "fault" is not defined' "uses: actions/checkout@v6" "are not named by a commit"

echo "DONE $count checks of verify"
