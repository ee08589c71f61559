// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// To clear only saves: whatever the API server says, nothing fails and nothing is tried again by itself.
func TestWhatCannotBeClearedStays(t *testing.T) {
	tracked, applied := created("tracked"), created("applied")
	for g, operation := range map[*imv1alpha1.IMGroup]metav1.ManagedFieldsOperationType{
		tracked: metav1.ManagedFieldsOperationUpdate, applied: metav1.ManagedFieldsOperationApply,
	} {
		groupstatus.Merge(g, appID, event.NewState(event.Changed, at(1), values("name", "ops")), false)
		g.ManagedFields = []metav1.ManagedFieldsEntry{{Operation: operation}}
	}
	imgroups := schema.GroupResource{Resource: "imgroups"}
	for why, err := range map[string]error{
		"nothing": nil, "a conflict": apierrors.NewConflict(imgroups, "tracked", errors.New("changed")), "it is gone": apierrors.NewNotFound(imgroups, "tracked"),
		"a denial": apierrors.NewForbidden(imgroups, "tracked", errors.New("no")), "an outage": apierrors.NewServiceUnavailable("away"),
	} {
		api, m := &patcher{err: err}, metrics.New(prometheus.NewRegistry())
		c := clearer{client: api, metrics: m, limit: rate.NewLimiter(1, 1)}
		c.clear(t.Context(), []imv1alpha1.IMGroup{*tracked.DeepCopy(), *applied.DeepCopy()})
		cleared := testutil.ToFloat64(m.SyncWrites.WithLabelValues(metrics.WriteCleared))
		if api.patches != 1 || (cleared == 1) != (err == nil) {
			t.Errorf("%s: %d patches, %g counted", why, api.patches, cleared)
		}
	}
}
