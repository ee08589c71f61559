// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package webhook is the callback endpoint: bytes from the internet end here. A request is routed to an IMApp, limited,
// verified and decoded into an event, and answered after the journal has made the event durable. Nothing here uses
// Kubernetes.
package webhook
