// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// The sample applications. The first has no Tencent behind it: its callbacks are sent by hand. The second is the fake
// cloud's. The ids are like those that Tencent uses in its own examples.
const (
	sampleNamespace = "default"
	sampleSecret    = "demo-callback-token" // of both

	sampleName     = "demo"
	sampleSDKAppID = 1400000000

	cloudName     = "cloud"
	cloudSDKAppID = 1400000010
	cloudSecret   = "cloud-secret-key"
	cloudAdmin    = "administrator"
)

// ownSecret reads a secret from its file, or makes one and keeps it there.
func ownSecret(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err == nil && strings.TrimSpace(string(text)) != "" {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", err
	}
	secret := rand.Text()
	return secret, os.WriteFile(file, []byte(secret), 0o600)
}

// applySamples creates the namespace, the Secrets and the IMApps, or brings those of an earlier run up to date.
func applySamples(ctx context.Context, c client.Client, token string, tencent *cloud) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: sampleNamespace}}
	if _, err := controllerutil.CreateOrUpdate(ctx, c, namespace, func() error { return nil }); err != nil {
		return err
	}
	return errors.Join(
		applySecret(ctx, c, sampleSecret, "token", token),
		applySecret(ctx, c, cloudSecret, "secretKey", tencent.key),
		applyApp(ctx, c, sampleName, sampleSDKAppID, func(*imv1alpha1.IMAppSpec) {}),
		applyApp(ctx, c, cloudName, cloudSDKAppID, tencent.access),
	)
}

func applySecret(ctx context.Context, c client.Client, name, key, value string) error {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: sampleNamespace, Name: name}}
	_, err := controllerutil.CreateOrUpdate(ctx, c, secret, func() error {
		secret.Data = map[string][]byte{key: []byte(value)}
		return nil
	})
	return err
}

// applyApp leaves what somebody changed of an IMApp, but for what the callbacks and the REST API need.
func applyApp(ctx context.Context, c client.Client, name string, sdkAppID int64, edit func(*imv1alpha1.IMAppSpec)) error {
	app := sampleApp(name)
	_, err := controllerutil.CreateOrUpdate(ctx, c, app, func() error {
		app.Spec.SDKAppID = sdkAppID
		app.Spec.Callback = imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: sampleSecret}}
		edit(&app.Spec)
		return nil
	})
	return err
}

// access lets an IMApp use the cloud's REST API.
func (c *cloud) access(spec *imv1alpha1.IMAppSpec) {
	if spec.Rest == nil {
		spec.Rest = &imv1alpha1.IMAppREST{CustomFieldKeys: []string{customKey}}
	}
	spec.Rest.BaseURL, spec.Rest.AdminUserID = c.url, cloudAdmin
	spec.Rest.SecretKeySecretRef = imv1alpha1.SecretReference{Name: cloudSecret}
}

func sampleApp(name string) *imv1alpha1.IMApp {
	return &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: sampleNamespace, Name: name}}
}

// awaitApps waits until the operator takes callbacks for the sample applications.
func (st *stack) awaitApps(ctx context.Context) error {
	return st.await(ctx, "the IMApps to be Ready", demoTimeout, func() (bool, error) {
		for _, name := range []string{sampleName, cloudName} {
			app := sampleApp(name)
			err := st.client.Get(ctx, client.ObjectKeyFromObject(app), app)
			if !meta.IsStatusConditionTrue(app.Status.Conditions, imv1alpha1.ConditionReady) {
				return false, err
			}
		}
		return true, nil
	})
}
