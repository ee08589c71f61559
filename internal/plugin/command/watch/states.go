// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// states are the watched IMGroups as they were shown last; nil before the first list.
type states map[client.ObjectKey]*imv1alpha1.IMGroup

// difference is what is new of each IMGroup; the one that changed last is the last one.
func difference(before, after states, now time.Time) []changes.Change {
	var news [][]changes.Change
	add := func(old, new *imv1alpha1.IMGroup) {
		if found := changes.Between(old, new, now); len(found) > 0 {
			news = append(news, found)
		}
	}
	for key, g := range after {
		add(before[key], g)
	}
	for key, g := range before {
		if after[key] == nil {
			add(g, nil)
		}
	}
	slices.SortFunc(news, func(a, b []changes.Change) int {
		x, y := &a[len(a)-1], &b[len(b)-1]
		return cmp.Or(x.Time.Compare(y.Time.Time), cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name))
	})
	return slices.Concat(news...)
}

// lean keeps of an IMGroup what changes are read from, which is the smaller part.
func lean(g *imv1alpha1.IMGroup) {
	g.ObjectMeta = metav1.ObjectMeta{Namespace: g.Namespace, Name: g.Name, UID: g.UID, CreationTimestamp: g.CreationTimestamp}
	g.Status.Conditions = nil
}
