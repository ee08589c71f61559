// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// foreign are the kinds of other projects that the manifests have.
var foreign = []string{"Certificate", "HealthCheckPolicy", "HTTPRoute", "PrometheusRule", "ReferenceGrant", "ServiceMonitor"}

// cluster is a control plane where nothing of the operator is installed, but the CRDs of others are. Argo CD's code
// looks at it.
type cluster struct {
	t          *testing.T
	kubeconfig string
	admin      client.Client
	argo       *argo
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	env, err := localenv.Start(t.Context(), localenv.Options{CRDs: []string{root + "/test/install/testdata/crds"}})
	must(t, err)
	t.Cleanup(func() { must(t, env.Stop()) })
	c := &cluster{t: t, kubeconfig: filepath.Join(t.TempDir(), "kubeconfig")}
	must(t, env.Kubeconfig(c.kubeconfig))
	c.admin, err = client.New(env.Config, client.Options{})
	must(t, err)
	eventually(t, "the kinds of others are described", func() error {
		description := c.kubectl("", "get", "--raw", "/openapi/v2")
		for _, kind := range foreign {
			if !strings.Contains(description, fmt.Sprintf(`"kind":%q`, kind)) {
				return fmt.Errorf("no %s yet", kind)
			}
		}
		return nil
	})
	c.argo, err = newArgo(c.kubeconfig)
	must(t, err)
	t.Cleanup(c.argo.stop)
	return c
}

func (c *cluster) kubectl(stdin string, args ...string) string {
	c.t.Helper()
	out, err := tryRun(c.t.Context(), ".", c.kubeconfig, stdin, append([]string{inDir("bin/kubectl")}, args...)...)
	must(c.t, err)
	return out
}

// live reads an object as the API server has it.
func (c *cluster) live(o *unstructured.Unstructured) *unstructured.Unstructured {
	c.t.Helper()
	is := &unstructured.Unstructured{}
	is.SetGroupVersionKind(o.GroupVersionKind())
	must(c.t, c.admin.Get(c.t.Context(), client.ObjectKeyFromObject(o), is))
	return is
}
