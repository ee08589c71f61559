// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

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
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// The operator's identity, as config/rbac names it.
const (
	SystemNamespace = "imgroup-system"
	ServiceAccount  = "imgroup-operator"
	// RefusedByRBAC is in the log for every refusal for want of a right, and for no other.
	RefusedByRBAC = `User \"system:serviceaccount:` + SystemNamespace + `:` + ServiceAccount + `\" cannot`
)

// OperatorUser is the operator's ServiceAccount.
func OperatorUser(env *localenv.Env) (*rest.Config, error) {
	return env.ServiceAccount(SystemNamespace, ServiceAccount)
}

// ApplyRBAC gives the operator's ServiceAccount the rights that the manifests of a folder, config/rbac, give it, and no
// more.
func ApplyRBAC(ctx context.Context, admin client.Client, folder string) error {
	if err := admin.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: SystemNamespace}}); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := createAll(ctx, admin, file); err != nil {
			return err
		}
	}
	return nil
}

func createAll(ctx context.Context, admin client.Client, file string) error {
	objects, err := ReadManifest(file)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := admin.Create(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// ReadManifest reads the objects of a file; kustomize's own file has none.
func ReadManifest(file string) ([]*unstructured.Unstructured, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return ParseManifest(text)
}

// ParseManifest reads the objects of a text.
func ParseManifest(text []byte) (objects []*unstructured.Unstructured, err error) {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if o.GetKind() != "" && o.GetKind() != "Kustomization" {
			objects = append(objects, o)
		}
	}
}
