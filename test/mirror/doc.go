// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package mirror tests docs/mirror: a real nginx sends a copy of each callback to the real operator while a backend
// answers. It needs an nginx, so its tests have the build tag nginx: see make test-mirror.
package mirror
