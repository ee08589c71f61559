// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"math"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestMetricsTellWhenAResyncIsDue(t *testing.T) {
	t.Parallel()
	const due = "imgroup_resync_due_timestamp_seconds"
	ns := newNamespace(t)
	c := newCloud(t, fakeim.Config{})
	c.fill(t, 3)
	newApp(t, ns, "chat", c.rest(t, ns, every(3600)))
	o := startOperator(t, ns, c.allowed())
	awaitApp(t, ns, "chat", "Resynced=True/ResyncCompleted")
	resync := getApp(t, ns, "chat").Status.Resync
	last := max(resync.Watermark.Unix(), resync.StartTime.Unix()) // by the cloud's clock, which counts a little less, and ours
	eventually(t, "the next one is due after an hour and a tenth", func() error { return o.isMetric(due, float64(last+3960)) })
	update(t, ref(getApp(t, ns, "chat")), func(a *imv1alpha1.IMApp) { a.Spec.Rest.ResyncIntervalSeconds = ref[int32](0) })
	eventually(t, "on demand none is due", func() error { return o.isMetric(due, math.Inf(1)) })
}
