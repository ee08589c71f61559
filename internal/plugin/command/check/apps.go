// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

// ready says what the IMApp says of itself.
func ready(app *imv1alpha1.IMApp) finding {
	f := finding{Check: "imapp", Of: cluster.FullName(app)}
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionReady)
	switch {
	case c == nil:
		return f.with(failure, "the operator has not looked at it: it does not run, or it does not serve this namespace")
	case app.Status.ObservedGeneration < app.Generation:
		return f.with(warning, "the operator has not seen its newest spec yet")
	case c.Status != metav1.ConditionTrue:
		return f.with(failure, "%s: %s", c.Reason, c.Message)
	case app.Spec.Suspend:
		return f.with(warning, "suspended: callbacks are answered with 404")
	case app.Spec.Callback.AllowUnsigned:
		return f.with(warning, "it takes unsigned callbacks: whoever reaches the URL can change its IMGroups")
	}
	return f.with(ok, "ready")
}

// secrets reads what the IMApp names, with the rights of the user. No value is looked at, but whether there is one.
func secrets(ctx context.Context, k *cluster.Cluster, app *imv1alpha1.IMApp) (all []finding) {
	if ref := app.Spec.Callback.TokenSecretRef; ref != nil {
		all = append(all, secret(ctx, k, app.Namespace, ref.Name, "token"))
	}
	if app.Spec.Rest != nil {
		all = append(all, secret(ctx, k, app.Namespace, app.Spec.Rest.SecretKeySecretRef.Name, "secretKey"))
	}
	return all
}

func secret(ctx context.Context, k *cluster.Cluster, namespace, name, key string) finding {
	f := finding{Check: "secret", Of: namespace + "/" + name}
	s := &corev1.Secret{}
	err := k.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, s)
	switch {
	case apierrors.IsNotFound(err):
		return f.with(failure, "it does not exist")
	case err != nil:
		return f.unread(err)
	case len(s.Data[key]) == 0:
		return f.with(failure, "it has no key %s", key)
	}
	return f.with(ok, "it has the key %s", key)
}

// resynced says how the newest resync of an IMApp with spec.rest ended.
func resynced(app *imv1alpha1.IMApp) []finding {
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	if app.Spec.Rest == nil || c == nil {
		return nil
	}
	f := finding{Check: "resync", Of: cluster.FullName(app)}
	if c.Status == metav1.ConditionFalse {
		return []finding{f.with(failure, "%s: %s", c.Reason, c.Message)}
	}
	return []finding{f.with(ok, "%s", c.Reason)}
}
