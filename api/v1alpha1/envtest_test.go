// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// One real kube-apiserver with the generated CRDs, for all tests of this package.
var (
	config *rest.Config
	api    client.Client
)

func TestMain(m *testing.M) {
	code, err := withControlPlane(m.Run)
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

func withControlPlane(run func() int) (code int, err error) {
	binaries := os.Getenv("KUBEBUILDER_ASSETS")
	if _, err := os.Stat(filepath.Join(binaries, "kube-apiserver")); binaries == "" || err != nil {
		return 0, fmt.Errorf("these tests need a real API server: KUBEBUILDER_ASSETS must name the folder of kube-apiserver and etcd, it is %q; `make test` builds both", binaries)
	}
	environment := &envtest.Environment{
		BinaryAssetsDirectory: binaries,
		CRDDirectoryPaths:     []string{"../../config/crd/bases"},
		ErrorIfCRDPathMissing: true,
		// Generous: a busy machine is no fault of the API.
		ControlPlaneStartTimeout: 2 * time.Minute,
		ControlPlaneStopTimeout:  time.Minute,
		CRDInstallOptions:        envtest.CRDInstallOptions{MaxTime: time.Minute},
	}
	if config, err = environment.Start(); err != nil {
		return 0, fmt.Errorf("starting the control plane: %w", err)
	}
	defer func() {
		if stopErr := environment.Stop(); err == nil && stopErr != nil {
			err = fmt.Errorf("stopping the control plane: %w", stopErr)
		}
	}()
	if api, err = newClient(config); err != nil {
		return 0, fmt.Errorf("making a client: %w", err)
	}
	return run(), nil
}

func newClient(config *rest.Config) (client.Client, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	return client.New(config, client.Options{Scheme: scheme})
}

// newNamespace makes a namespace of its own for a test that stores objects.
func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := api.Create(t.Context(), ns); err != nil {
		t.Fatalf("creating a namespace: %v", err)
	}
	return ns.Name
}

// object parses one YAML object and puts it into the namespace.
func object(t *testing.T, namespace, text string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatalf("parsing %s: %v", text, err)
	}
	u.SetNamespace(namespace)
	return u
}

// create stores an object and deletes it at the end of the test.
func create(t *testing.T, o client.Object) {
	t.Helper()
	if err := api.Create(t.Context(), o); err != nil {
		t.Fatalf("creating %T %s: %v", o, o.GetName(), err)
	}
	t.Cleanup(func() {
		if err := client.IgnoreNotFound(api.Delete(context.Background(), o)); err != nil {
			t.Errorf("deleting %T %s: %v", o, o.GetName(), err)
		}
	})
}

// An edit changes one member of an object.
type edit func(t *testing.T, u *unstructured.Unstructured)

// set gives the member at a dotted path a value. The value is YAML when it is a string that starts with "yaml: ".
func set(path string, value any) edit {
	return func(t *testing.T, u *unstructured.Unstructured) {
		t.Helper()
		if text, ok := value.(string); ok && strings.HasPrefix(text, "yaml: ") {
			var parsed any
			if err := yaml.Unmarshal([]byte(strings.TrimPrefix(text, "yaml: ")), &parsed); err != nil {
				t.Fatalf("parsing %s: %v", text, err)
			}
			value = parsed
		}
		if err := unstructured.SetNestedField(u.Object, runtime.DeepCopyJSONValue(value), strings.Split(path, ".")...); err != nil {
			t.Fatalf("setting %s: %v", path, err)
		}
	}
}

// drop removes the member at a dotted path.
func drop(path string) edit {
	return func(_ *testing.T, u *unstructured.Unstructured) {
		unstructured.RemoveNestedField(u.Object, strings.Split(path, ".")...)
	}
}

func edited(t *testing.T, base *unstructured.Unstructured, edits []edit) *unstructured.Unstructured {
	t.Helper()
	u := base.DeepCopy()
	for _, e := range edits {
		e(t, u)
	}
	return u
}

// expect compares the API server's answer with the wanted part of a refusal; "" wants the object to be accepted.
func expect(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("refused, want accepted: %v", err)
	case want != "" && err == nil:
		t.Errorf("accepted, want a refusal with %q", want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("refused with another message\n got: %v\nwant: %s", err, want)
	}
}

// expectReadable checks that what the API server accepted fits the Go type: one object that does not would make every
// list and watch of its kind fail.
func expectReadable(t *testing.T, u *unstructured.Unstructured, want string) {
	t.Helper()
	if want != "" {
		return
	}
	raw, err := u.MarshalJSON()
	if err != nil {
		t.Fatalf("writing what was accepted: %v", err)
	}
	typed := map[string]any{"IMApp": &v1alpha1.IMApp{}, "IMGroup": &v1alpha1.IMGroup{}}[u.GetKind()]
	if err := json.Unmarshal(raw, typed); err != nil {
		t.Errorf("the Go type cannot read what was accepted: %v", err)
	}
}
