// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func TestAnAbsentPolicyHasTheDefaultsOfTheCRD(t *testing.T) {
	for _, app := range []*imv1alpha1.IMApp{{}, {Spec: imv1alpha1.IMAppSpec{Groups: &imv1alpha1.IMAppGroups{}}}} {
		if p := Of(app); p.DeclaredOnly || p.MaxCount != 20000 || p.Retention != 0 || !p.Wants("Public") || !p.Wants("") {
			t.Errorf("%+v, want every group, at most 20000, for ever", p)
		}
	}
}

func TestAPolicyIsWhatTheSpecSays(t *testing.T) {
	count, seconds := int32(3), int32(60)
	p := Of(&imv1alpha1.IMApp{Spec: imv1alpha1.IMAppSpec{Groups: &imv1alpha1.IMAppGroups{
		CreationPolicy: imv1alpha1.CreateDeclared, MaxCount: &count, DestroyedRetentionSeconds: &seconds}}})
	if !p.DeclaredOnly || p.MaxCount != 3 || p.Retention != time.Minute {
		t.Errorf("%+v", p)
	}
}

func TestATypeIsWantedByEitherOfItsNames(t *testing.T) {
	for _, c := range []struct {
		listed, told string
		want         bool
	}{
		{"Work", "Work", true},
		{"Work", "Private", true},
		{"Private", "Work", true},
		{"ChatRoom", "Meeting", true},
		{"Meeting", "ChatRoom", true},
		{"Work", "Public", false},
		{"Work", "", false},
	} {
		p := Of(&imv1alpha1.IMApp{Spec: imv1alpha1.IMAppSpec{Groups: &imv1alpha1.IMAppGroups{Types: []string{c.listed}}}})
		if got := p.Wants(c.told); got != c.want {
			t.Errorf("types [%s]: Wants(%q) = %t", c.listed, c.told, got)
		}
	}
}
