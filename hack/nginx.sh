#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Prints the path of an nginx: NGINX, the one in the PATH, or Debian's or Ubuntu's, whose package is unpacked below bin and
# not installed.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${NGINX:-}" ]; then
	NGINX=$(PATH=$PATH:/usr/sbin command -v nginx || echo "$PWD/bin/nginx/usr/sbin/nginx")
fi
if [ ! -x "$NGINX" ]; then
	mkdir -p bin/nginx
	(cd bin/nginx && { apt-get download nginx || { apt-get update && apt-get download nginx; }; } && dpkg-deb -x nginx_*.deb .) >&2
fi
"$NGINX" -v >&2
echo "$NGINX"
