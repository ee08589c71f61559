// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package alerts has the tests of the alert rules and of the dashboard below config/components: on given
// series the rules do what their tests say, with Prometheus' own parser, engine and templates; every query names only what
// the operator exports; every runbook exists. It is a separate module because the operator needs none of this.
package alerts
