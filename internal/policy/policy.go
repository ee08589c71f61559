// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package policy says which IMGroups an IMApp wants: spec.groups with its defaults.
package policy

import (
	"slices"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// defaultMaxCount is the CRD's default, for an IMApp whose spec.groups is absent.
const defaultMaxCount = 20000

// Policy is spec.groups with its defaults.
type Policy struct {
	DeclaredOnly bool          // IMGroups are created by people alone
	MaxCount     int           // of IMGroups that the operator creates
	Retention    time.Duration // of IMGroups of disbanded groups; 0 = for ever

	types []string
}

// Of returns the policy of an IMApp.
func Of(app *imv1alpha1.IMApp) Policy {
	p := Policy{MaxCount: defaultMaxCount}
	g := app.Spec.Groups
	if g == nil {
		return p
	}
	p.DeclaredOnly = g.CreationPolicy == imv1alpha1.CreateDeclared
	p.types = g.Types
	if g.MaxCount != nil {
		p.MaxCount = int(*g.MaxCount)
	}
	if g.DestroyedRetentionSeconds != nil {
		p.Retention = time.Duration(*g.DestroyedRetentionSeconds) * time.Second
	}
	return p
}

// Wants reports whether groups of a type are stored.
func (p Policy) Wants(groupType string) bool {
	return len(p.types) == 0 ||
		slices.ContainsFunc(p.types, func(t string) bool { return newName(t) == newName(groupType) })
}

// newName returns the newer of Tencent's two names for a group type.
func newName(t string) string {
	switch t {
	case "Private":
		return "Work"
	case "ChatRoom":
		return "Meeting"
	}
	return t
}
