// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// AwaitApps waits until the operator has looked at all IMApps.
func AwaitApps(ctx context.Context, c client.Reader) error {
	return Await(ctx, "the IMApps have a status", func() error {
		var apps imv1alpha1.IMAppList
		if err := c.List(ctx, &apps); err != nil {
			return err
		}
		for _, a := range apps.Items {
			if meta.FindStatusCondition(a.Status.Conditions, imv1alpha1.ConditionReady) == nil {
				return fmt.Errorf("%s/%s has no condition Ready", a.Namespace, a.Name)
			}
		}
		return nil
	})
}
