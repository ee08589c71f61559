#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Makes sure that there is a Chromium for test/ui: CHROMIUM names one, or it is in the PATH, or root gets Debian's.
set -eu
for name in "${CHROMIUM:-chromium-headless-shell}" chromium chromium-browser google-chrome; do
	! command -v "$name" >/dev/null || exit 0
done
# The font is for the pictures of docs/ui; the tests do without it.
install='apt-get update && apt-get install -y --no-install-recommends chromium-headless-shell fonts-wqy-microhei'
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "test/ui needs Chromium: name one with CHROMIUM, or as root: $install" >&2
	exit 1
fi
mkdir -p bin
sh -c "$install" >bin/browser.log 2>&1 || { cat bin/browser.log >&2; exit 1; }
