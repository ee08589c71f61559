// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"fmt"

	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// clearer clears managedFields that nobody uses: they are more than a third of an IMGroup and of what a write of it costs the
// API server, which does not begin to keep them again before somebody uses server-side apply.
type clearer struct {
	client  client.Client
	metrics *metrics.Metrics
	limit   *rate.Limiter // of log lines
}

// clear clears them in IMGroups as they were seen. It only saves, so that no error of it is worth a try of its own: the group's
// next change and the next election come by again.
func (c clearer) clear(ctx context.Context, groups []imv1alpha1.IMGroup) {
	for i := range groups {
		if !groupstatus.HasUnusedManagedFields(&groups[i]) {
			continue
		}
		// One empty entry is the API server's own word for none. Whoever applied meanwhile has changed the version.
		patch := fmt.Appendf(nil, `{"metadata":{"managedFields":[{}],"resourceVersion":%q}}`, groups[i].ResourceVersion)
		switch err := c.client.Patch(ctx, &groups[i], client.RawPatch(types.MergePatchType, patch)); {
		case err == nil:
			c.metrics.SyncWrites.WithLabelValues(metrics.WriteCleared).Inc()
		case !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) && c.limit.Allow():
			log.FromContext(ctx).Info("managedFields cannot be cleared; the group's next change tries it again", "imgroup", groups[i].Name, "error", err.Error())
		}
	}
}
