// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// The operator's identity, as config/rbac names it.
const (
	systemNamespace = "imgroup-system"
	serviceAccount  = "imgroup-operator"
	// refusedByRBAC is in every refusal for want of a right.
	refusedByRBAC = `User \"system:serviceaccount:` + systemNamespace + `:` + serviceAccount + `\" cannot`
)

// applyRBAC gives the operator's ServiceAccount the rights that config/rbac gives it, and no more.
func applyRBAC(ctx context.Context) error {
	if err := world.admin.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: systemNamespace}}); err != nil {
		return err
	}
	files, err := filepath.Glob(root + "/config/rbac/*.yaml")
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		objects, err := documents(text)
		if err != nil {
			return err
		}
		for _, o := range objects {
			if o.GetKind() == "Kustomization" {
				continue
			}
			if err := world.admin.Create(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// documents reads the objects of a manifest.
func documents(text []byte) (objects []*unstructured.Unstructured, err error) {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if len(o.Object) > 0 {
			objects = append(objects, o)
		}
	}
}
