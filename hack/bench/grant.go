// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// grant gives the operator the rights of the manifests and no others, and the bare clients theirs.
func (c *cluster) grant(ctx context.Context, dir string) error {
	if err := c.create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: systemNamespace}}); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		if err := c.apply(ctx, file); err != nil {
			return err
		}
	}
	return c.grantBare(ctx)
}

// apply creates the one object of a file.
func (c *cluster) apply(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var o unstructured.Unstructured
	if err := yaml.Unmarshal(text, &o.Object); err != nil {
		return err
	}
	return c.create(ctx, &o)
}

// grantBare lets the bare clients read IMGroups, watch them and write their status.
func (c *cluster) grantBare(ctx context.Context) error {
	clients, err := kubernetes.NewForConfig(c.env.Config)
	if err != nil {
		return err
	}
	_, err = clients.RbacV1().ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: bareAccount},
		Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{"im.imgroup.dev"}, Resources: []string{"imgroups"}, Verbs: []string{"get", "list", "watch"}},
			{APIGroups: []string{"im.imgroup.dev"}, Resources: []string{"imgroups/status"}, Verbs: []string{"update", "patch"}},
			{APIGroups: []string{"handmade.example.com"}, Resources: []string{"chatgroups", "chatgroups/status"},
				Verbs: []string{"create", "get", "list", "update", "patch"}},
		}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, err = clients.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: bareAccount},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: bareAccount},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: systemNamespace, Name: bareAccount}},
	}, metav1.CreateOptions{})
	return err
}

func (c *cluster) create(ctx context.Context, o client.Object) error {
	err := c.admin.Create(ctx, o)
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
