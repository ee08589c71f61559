// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package alerts has the tests of the alert rules and of the dashboard below config/components: the rules do on given
// series what their tests say, by Prometheus' own parser, engine and templates; every query names only what the
// operator exports; every runbook is there. It is a module of its own because the operator needs nothing of this.
package alerts
