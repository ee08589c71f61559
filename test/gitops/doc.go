// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package gitops tests what people and tools see of IMApps and IMGroups, with the tools' own code: kubectl, kstatus (which
// Flux waits with) and Argo CD's health and differences. The real operator runs against a real API server. It is a separate
// module, so that the operator does not depend on those tools.
package gitops
