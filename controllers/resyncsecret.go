// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
)

// secretKeyKey is the key in the Secret of spec.rest.secretKeySecretRef.
const secretKeyKey = "secretKey"

// restSecret is the application's secret key, and what tells it from another one.
type restSecret struct {
	key     imcloud.SecretKey
	version string
}

// localFault keeps a resync from being tried at all.
type localFault struct{ reason, message string }

func (f *localFault) Error() string { return f.message }

// secret reads the key with which requests are signed.
func (r *Resyncs) secret(ctx context.Context, app *imv1alpha1.IMApp) (restSecret, error) {
	ctx, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	name := app.Spec.Rest.SecretKeySecretRef.Name
	var secret corev1.Secret
	err := r.Live.Get(ctx, types.NamespacedName{Namespace: app.Namespace, Name: name}, &secret)
	found := restSecret{version: fmt.Sprint(secret.UID, secret.ResourceVersion)}
	switch {
	case !r.AllowedHost(app.Spec.Rest.BaseURL):
		return found, &localFault{imv1alpha1.ReasonHostNotAllowed, "the host of spec.rest.baseURL is not one that the operator's flag --rest-allowed-hosts allows; nothing was sent"}
	case apierrors.IsNotFound(err):
		return found, &localFault{imv1alpha1.ReasonSecretNotFound, fmt.Sprintf("Secret %q of spec.rest.secretKeySecretRef does not exist", name)}
	case err != nil:
		return found, &localFault{imv1alpha1.ReasonSecretUnreadable, fmt.Sprintf("Secret %q of spec.rest.secretKeySecretRef cannot be read: %s", name, apierrors.ReasonForError(err))}
	}
	found.key = imcloud.SecretKey(trimToken(secret.Data[secretKeyKey]))
	if found.key == "" {
		return found, &localFault{imv1alpha1.ReasonSecretKeyMissing, fmt.Sprintf("Secret %q of spec.rest.secretKeySecretRef has no key %q, or it is empty", name, secretKeyKey)}
	}
	return found, nil
}
