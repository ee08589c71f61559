// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

func TestTheOverlaysOfTheDocumentAreAccepted(t *testing.T) {
	a := newApplier(t)
	for _, o := range writeDocument(t) {
		t.Run(o.dir, func(t *testing.T) {
			b := build(t, o.dir)
			o.checkNamespaces(t, b)
			a.accepts(t, b)
			a.accepts(t, bundle{podOf(t, b)})
			checkParts(t, b)
		})
	}
}

// checkNamespaces sees that an overlay needs no namespace that the document makes later, and makes the others.
func (w written) checkNamespaces(t *testing.T, b bundle) {
	t.Helper()
	for _, o := range b {
		ns := o.GetNamespace()
		if ns != "" && b.named("Namespace", "", ns) == nil && !slices.Contains(w.namespaces, ns) {
			t.Errorf("%s %s: the document has not made the namespace %s before", o.GetKind(), o.GetName(), ns)
		}
	}
	for _, ns := range w.namespaces {
		haveNamespace(t, ns)
	}
}

// An overlay of the document takes every component that it has not, but for the one that takes away the volume which the
// overlay chooses.
func TestTheOverlaysOfTheDocumentTakeEveryComponent(t *testing.T) {
	a := newApplier(t)
	for _, o := range writeDocument(t) {
		for _, c := range slices.Concat(singles(t)...) {
			if strings.Contains(o.read(t), "components/"+c+"\n") || o.dir == "deploy-volume" && c == "ephemeral-journal" {
				continue
			}
			t.Run(o.dir+" "+c, func(t *testing.T) {
				b := build(t, o.with(t, c))
				o.checkNamespaces(t, b)
				a.accepts(t, b)
				a.accepts(t, bundle{podOf(t, b)})
				checkPod(t, one[appsv1.StatefulSet](t, b, "StatefulSet"))
			})
		}
	}
}

// An overlay may put everything into another namespace.
func TestAnotherNamespace(t *testing.T) {
	write(t, filepath.Join(world.tree, "elsewhere", "kustomization.yaml"), "namespace: elsewhere\nresources: [../config/default]\n"+
		"components: [../config/components/prometheus, ../config/components/grafana, ../config/components/ingress]\n")
	b := build(t, "elsewhere")
	if left := strings.Join(strings.Fields(sprint(b)), " "); strings.Contains(left, harness.SystemNamespace) {
		t.Errorf("something is still in %s", harness.SystemNamespace)
	}
	checkBindings(t, b)
	newApplier(t).accepts(t, b)
}

// The health check of docs/install.md is accepted, is for the operator's Service, and asks for what answers.
func TestTheHealthCheckOfTheDocumentFits(t *testing.T) {
	writeDocument(t)
	text, err := os.ReadFile(filepath.Join(world.tree, "deploy-gateway", "health_check.yaml"))
	must(t, err)
	b := parse(t, text)
	newApplier(t).accepts(t, b)
	checks := all[struct {
		Spec struct {
			Default struct {
				Config struct{ HTTPHealthCheck struct{ RequestPath string } }
			}
			TargetRef struct{ Name string }
		}
	}](t, b, "HealthCheckPolicy")
	operator := build(t, "config/default")
	if len(checks) != 1 || !leadsTo(t, operator, checks[0].Spec.TargetRef.Name, "callbacks", 0) {
		t.Fatalf("the check is for no Service: %+v", checks)
	}
	operator.grant(t)
	status, _, err := harness.Get(t.Context(), "http://"+start(t, operator).Callbacks+checks[0].Spec.Default.Config.HTTPHealthCheck.RequestPath, "")
	must(t, errors.Join(err, differs(200, status)))
}

// What docs/mirror.md has of the backend's own objects is accepted, and leads to the operator's Service.
func TestTheWaysOfACopyAreAccepted(t *testing.T) {
	writeDocument(t)
	haveNamespace(t, "shop")
	a := newApplier(t)
	for _, file := range []string{"http_route.yaml", "ingress.yaml"} {
		text, err := os.ReadFile(filepath.Join(world.tree, "deploy-mirror", file))
		must(t, err)
		a.accepts(t, parse(t, text))
		if s := build(t, "config/default").named("Service", harness.SystemNamespace, "imgroup-operator"); !strings.Contains(string(text), s.GetName()+"."+s.GetNamespace()+".svc") &&
			!strings.Contains(string(text), "name: "+s.GetName()+", namespace: "+s.GetNamespace()) {
			t.Errorf("%s leads elsewhere", file)
		}
	}
}
