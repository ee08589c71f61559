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

// The sample application. The id is one that Tencent uses in its own examples.
const (
	sampleNamespace = "default"
	sampleName      = "demo"
	sampleSecret    = "demo-callback-token"
	sampleSDKAppID  = 1400000000
)

// ownToken reads the callback token from the file, or makes one and keeps it there.
func ownToken(file string) (string, error) {
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
	token := rand.Text()
	return token, os.WriteFile(file, []byte(token), 0o600)
}

// applySample creates the namespace, the Secret and the IMApp, or brings those of an earlier run up to date. What
// somebody changed of the IMApp stays, but for what the callbacks need.
func applySample(ctx context.Context, c client.Client, token string) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: sampleNamespace}}
	if _, err := controllerutil.CreateOrUpdate(ctx, c, namespace, func() error { return nil }); err != nil {
		return err
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: sampleNamespace, Name: sampleSecret}}
	if _, err := controllerutil.CreateOrUpdate(ctx, c, secret, func() error {
		secret.Data = map[string][]byte{"token": []byte(token)}
		return nil
	}); err != nil {
		return err
	}
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: sampleNamespace, Name: sampleName}}
	_, err := controllerutil.CreateOrUpdate(ctx, c, app, func() error {
		app.Spec.SDKAppID = sampleSDKAppID
		app.Spec.Callback = imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: sampleSecret}}
		return nil
	})
	return err
}

// awaitApp waits until the operator takes callbacks for the sample application.
func (st *stack) awaitApp(ctx context.Context) error {
	app := &imv1alpha1.IMApp{}
	return st.await(ctx, "the IMApp to be Ready", func() (bool, error) {
		err := st.client.Get(ctx, client.ObjectKey{Namespace: sampleNamespace, Name: sampleName}, app)
		return meta.IsStatusConditionTrue(app.Status.Conditions, imv1alpha1.ConditionReady), err
	})
}
