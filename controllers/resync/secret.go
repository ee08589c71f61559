// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// secretKeyKey is the key in the Secret of spec.rest.secretKeySecretRef.
const secretKeyKey = "secretKey"

// secretKey is the application's secret key, and what tells it from another one.
type secretKey struct {
	key     imcloud.SecretKey
	version string
}

// secret reads the key with which requests are signed.
func (r *Controller) secret(ctx context.Context, app *imv1alpha1.IMApp) (secretKey, error) {
	key, secret, err := kube.SecretValue(ctx, r.Live, kube.SecretRef{Namespace: app.Namespace, Name: app.Spec.Rest.SecretKeySecretRef.Name,
		Key: secretKeyKey, Field: "spec.rest.secretKeySecretRef", Missing: imv1alpha1.ReasonSecretKeyMissing})
	found := secretKey{key: imcloud.SecretKey(key), version: fmt.Sprint(secret.UID, secret.ResourceVersion)}
	if !r.AllowedHost(app.Spec.Rest.BaseURL) {
		return found, &localFault{imv1alpha1.ReasonHostNotAllowed, "the host of spec.rest.baseURL is not one that the operator's flag --rest-allowed-hosts allows; nothing was sent"}
	}
	var problem *kube.SecretProblem
	if errors.As(err, &problem) {
		return found, &localFault{problem.Reason, problem.Message}
	}
	return found, nil
}
