// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// newApp makes a namespace with the application in it.
func (c *cluster) newApp(ctx context.Context, namespace string) (*imv1alpha1.IMApp, error) {
	meta := metav1.ObjectMeta{Namespace: namespace, Name: appName}
	maxCount := int32(1_000_000)
	app := &imv1alpha1.IMApp{ObjectMeta: meta, Spec: imv1alpha1.IMAppSpec{SDKAppID: sdkAppID,
		Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: appName}},
		Groups:   &imv1alpha1.IMAppGroups{MaxCount: &maxCount}}}
	for _, o := range []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}},
		&corev1.Secret{ObjectMeta: meta, StringData: map[string]string{"token": token}},
		app,
	} {
		if err := c.admin.Create(ctx, o); err != nil {
			return nil, err
		}
	}
	return app, nil
}

// groupName is the name that the operator gives to a group's IMGroup (section 3 of the design).
func groupName(id string) string {
	sum := sha256.Sum256([]byte(id))
	slug := strings.Trim(strings.NewReplacer("@", "-", "#", "-").Replace(strings.ToLower(id)), "-")
	return fmt.Sprintf("%s-%s-%s", appName, slug, hex.EncodeToString(sum[:8]))
}

// groups lists the IMGroups of a namespace.
func (c *cluster) groups(ctx context.Context, namespace string) ([]imv1alpha1.IMGroup, error) {
	var list imv1alpha1.IMGroupList
	err := c.bare.List(ctx, &list, client.InNamespace(namespace))
	return list.Items, err
}
