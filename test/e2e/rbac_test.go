// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// The operator's identity, as config/rbac names it, and its manifests.
const (
	rbac            = "../../config/rbac"
	systemNamespace = "imgroup-system"
	serviceAccount  = "imgroup-operator"
)

// refusedByRBAC is in every refusal for want of a right, and in no other.
const refusedByRBAC = `User \"system:serviceaccount:` + systemNamespace + `:` + serviceAccount + `\" cannot`

// applyRBAC gives the operator's ServiceAccount the rights that config/rbac gives it, and no more.
func applyRBAC(ctx context.Context) error {
	if err := world.admin.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: systemNamespace}}); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(rbac, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		objects, err := manifests(file)
		if err != nil {
			return err
		}
		for _, o := range objects {
			if err := world.admin.Create(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// manifests reads the objects of a file; kustomize's own file has none.
func manifests(file string) ([]*unstructured.Unstructured, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
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

// allowElection gives the operator in a test's namespace the rights that it has in its own for the Lease.
func allowElection(t *testing.T, namespace string) {
	t.Helper()
	for _, file := range []string{"leader_election_role.yaml", "leader_election_role_binding.yaml"} {
		objects, err := manifests(filepath.Join(rbac, file))
		if err != nil || len(objects) != 1 {
			t.Fatalf("%s: %d objects, %v", file, len(objects), err)
		}
		objects[0].SetNamespace(namespace)
		create(t, objects[0])
	}
}

// writeKubeconfig writes the operator's own kubeconfig.
func writeKubeconfig(t *testing.T, path string) {
	t.Helper()
	config, err := world.env.ServiceAccount(systemNamespace, serviceAccount)
	if err != nil {
		t.Fatal(err)
	}
	if err := localenv.WriteKubeconfig(path, config); err != nil {
		t.Fatal(err)
	}
}

// checkRights fails when the operator tried something that its RBAC does not allow.
func checkRights(t *testing.T, log string) {
	t.Helper()
	for line := range strings.Lines(log) {
		if strings.Contains(line, refusedByRBAC) && !apiServerStarts.during(line) {
			t.Errorf("the operator did what config/rbac does not allow: %s", line)
			return
		}
	}
}

// apiServerStarts are the times in which an API server was starting: before it is ready it has not read all roles, and
// refuses what they allow.
var apiServerStarts spans

type spans struct {
	mu  sync.Mutex
	all [][2]time.Time
}

func (s *spans) add(from, to time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, [2]time.Time{from, to})
}

// during tells whether a line of the log is from one of the times.
func (s *spans) during(line string) bool {
	var l struct{ Time time.Time }
	if json.Unmarshal([]byte(line), &l) != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.all, func(span [2]time.Time) bool { return l.Time.After(span[0]) && l.Time.Before(span[1]) })
}
