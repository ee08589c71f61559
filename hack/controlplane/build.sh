#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Builds kube-apiserver and etcd in the versions that go.mod pins, and makes bin/controlplane a link to them. With the
# argument "oldest" it takes those of oldest/go.mod, and the link is bin/controlplane-oldest.
# They are kept by version in a cache outside of the clone, so that the next clone links nothing again; where that
# cache cannot be written, they stay under bin/. A binary gets its name only when it is whole, so what has its name
# needs no rebuild. With KUBEBUILDER_ASSETS set, those binaries are used and nothing is built.
set -eu

which=${1:-}
programs="etcd kube-apiserver"

# have tells whether a folder holds every program.
have() {
	for p in $programs; do
		[ -x "$1/$p" ] || return 1
	done
}

# pinned prints the version of a module in go.mod, without asking the network.
pinned() {
	sed -n "s|^\(require\)\{0,1\}[[:space:]]*$1 \(v[^ ]*\).*|\2|p" go.mod
}

# build links the package $2 as $store/$1, with the linker flags $3 besides.
build() {
	[ -x "$store/$1" ] && return
	echo "building $1 (the first time takes some minutes)" >&2
	tmp=$store/.$1.$$
	GOOS=$os GOARCH=$arch go build -trimpath -ldflags "-s -w $3" -o "$tmp" "$2"
	mv -f "$tmp" "$store/$1"
}

if [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -z "$which" ]; then
	have "$KUBEBUILDER_ASSETS" || {
		echo "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS lacks one of: $programs" >&2
		exit 1
	}
	exit 0
fi

cd "$(dirname "$0")"
bin=$(cd ../.. && pwd)/bin
cd "./$which"
kube=$(pinned k8s.io/kubernetes)
etcd=$(pinned go.etcd.io/etcd/server/v3)
os=$(go env GOHOSTOS)
arch=$(go env GOHOSTARCH)
name=kube-apiserver-$kube-etcd-$etcd-$os-$arch

local=$bin/.controlplane/$name
cache=$local
if [ -n "${XDG_CACHE_HOME:-${HOME:-}}" ]; then
	cache=${XDG_CACHE_HOME:-$HOME/.cache}/imgroup-operator/controlplane/$name
fi
if have "$cache"; then
	store=$cache
elif have "$local"; then
	store=$local
else
	store=$cache
	if ! mkdir -p "$store" 2>/dev/null || [ ! -w "$store" ]; then
		store=$local
		mkdir -p "$store"
	fi
	tmp=
	trap 'rm -f "$tmp"' EXIT
	trap 'exit 130' INT TERM
	v=k8s.io/component-base/version
	minor=${kube#v*.}
	build etcd go.etcd.io/etcd/server/v3 ""
	build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver \
		"-X $v.gitVersion=$kube -X $v.gitMajor=1 -X $v.gitMinor=${minor%%.*}"
fi

link=$bin/controlplane${which:+-$which}
[ "$(readlink "$link" || true)" = "$store" ] && exit 0
rm -rf "$link"
mkdir -p "$bin"
ln -s "$store" "$link"
