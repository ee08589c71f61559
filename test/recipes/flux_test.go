// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	fluxv1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestTheFluxKustomizationsAreRight(t *testing.T) {
	var app, groups fluxv1.Kustomization
	decode(t, "flux/kustomizations.yaml", &app, &groups)
	for _, k := range []fluxv1.Kustomization{app, groups} {
		if !k.Spec.Wait || k.Spec.Timeout == nil {
			t.Errorf("%s does not wait", k.Name)
		}
		if _, err := os.Stat(root + "/" + k.Spec.Path + "/kustomization.yaml"); err != nil {
			t.Error(err)
		}
	}
	if len(groups.Spec.DependsOn) != 1 || groups.Spec.DependsOn[0].Name != app.Name {
		t.Errorf("the groups do not wait for the app: %+v", groups.Spec.DependsOn)
	}
}

// Flux may do what the Kustomizations need, by the account that they name, and sees the objects get healthy.
func TestFluxWaitsForAppAndGroups(t *testing.T) {
	var app, groups fluxv1.Kustomization
	decode(t, "flux/kustomizations.yaml", &app, &groups)
	kubectl(t, adminConfig(), "apply", "-k", folder+"flux")
	deployer := account(t, namespace, app.Spec.ServiceAccountName)
	for _, k := range []fluxv1.Kustomization{app, groups} {
		kubectl(t, deployer, "apply", "--server-side", "--force-conflicts", "--field-manager=kustomize-controller", "-k", root+"/"+k.Spec.Path)
	}
	eventually(t, "the IMApp is healthy", func() error {
		r, err := status.Compute(live(t, "IMApp", appName))
		return is(status.CurrentStatus, r, err)
	})

	const id = "@TGS#2J4SZEAEL"
	asShipped, withTexts := ruleOf(t, groups), ruleOf(t, untilSynced(t, groups))
	awaitHealth := func(rule *cel.StatusEvaluator, want status.Status) {
		t.Helper()
		eventually(t, "the IMGroup is "+want.String(), func() error {
			r, err := rule.Evaluate(t.Context(), live(t, "IMGroup", "announcements"))
			return is(want, r, err)
		})
	}
	awaitHealth(asShipped, status.CurrentStatus)
	awaitHealth(withTexts, status.InProgressStatus)
	change(t, id, 1000, fakeim.Body{"Notification": "only this"})
	awaitNotification(t, id, "only this")
	awaitHealth(withTexts, status.InProgressStatus)
	change(t, id, 2000, fakeim.Body{"Name": nasty, "Introduction": nasty, "FaceUrl": nasty})
	awaitHealth(withTexts, status.CurrentStatus)
	kubectl(t, deployer, "-n", namespace, "delete", "imgroup", "announcements") // as Flux prunes
	if _, said, _ := tryKubectl(t, deployer, "-n", namespace, "delete", "--dry-run=server", "imapp", appName); !strings.Contains(said, "Forbidden") {
		t.Errorf("deleting the IMApp was not forbidden: %s", said)
	}
}

// ruleOf is what a Kustomization says of the health of IMGroups.
func ruleOf(t *testing.T, k fluxv1.Kustomization) *cel.StatusEvaluator {
	t.Helper()
	rule, err := cel.NewStatusEvaluator(&k.Spec.HealthCheckExprs[0].HealthCheckExpressions)
	must(t, err)
	return rule
}

// untilSynced changes a Kustomization as the README says for IMApps with spec.rest.
func untilSynced(t *testing.T, k fluxv1.Kustomization) fluxv1.Kustomization {
	t.Helper()
	changed := *k.DeepCopy()
	current := &changed.Spec.HealthCheckExprs[0].Current
	if *current = strings.ReplaceAll(*current, `"Ready"`, `"Synced"`); *current == k.Spec.HealthCheckExprs[0].Current {
		t.Fatalf("the rule does not name Ready: %s", *current)
	}
	return changed
}

// What no operator has seen yet is waited for; what can never succeed is not.
func TestFluxTellsWaitingFromFailing(t *testing.T) {
	var app, groups fluxv1.Kustomization
	decode(t, "flux/kustomizations.yaml", &app, &groups)
	asShipped, withTexts := ruleOf(t, groups), ruleOf(t, untilSynced(t, groups))
	condition := func(kind, status, reason string) any {
		return map[string]any{"type": kind, "status": status, "reason": reason}
	}
	for name, test := range map[string]struct {
		object            map[string]any
		shipped, untilAll status.Status
	}{
		"just created": {map[string]any{"status": map[string]any{"observedGeneration": int64(-1)}}, status.InProgressStatus, status.InProgressStatus},
		"no app yet":   {conditions(condition("Ready", "False", "AppNotFound")), status.InProgressStatus, status.InProgressStatus},
		"nothing is known": {conditions(condition("Ready", "True", "Tracking"), condition("Synced", "Unknown", "AwaitingFirstCallback")),
			status.CurrentStatus, status.InProgressStatus},
		"no such group": {conditions(condition("Ready", "False", "InvalidGroupID")), status.FailedStatus, status.FailedStatus},
		"the name is taken, and all is known": {conditions(condition("Ready", "False", "NameConflict"), condition("Synced", "True", "AllFieldsKnown")),
			status.FailedStatus, status.FailedStatus},
		"all is known": {conditions(condition("Ready", "True", "Tracking"), condition("Synced", "True", "AllFieldsKnown")),
			status.CurrentStatus, status.CurrentStatus},
	} {
		for rule, want := range map[*cel.StatusEvaluator]status.Status{asShipped: test.shipped, withTexts: test.untilAll} {
			r, err := rule.Evaluate(t.Context(), &unstructured.Unstructured{Object: test.object})
			if err := is(want, r, err); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func conditions(all ...any) map[string]any {
	return map[string]any{"status": map[string]any{"conditions": all}}
}

func is(want status.Status, r *status.Result, err error) error {
	if err != nil {
		return err
	}
	if r.Status != want {
		return fmt.Errorf("it is %s: %s, want %s", r.Status, r.Message, want)
	}
	return nil
}

func live(t *testing.T, kind, name string) *unstructured.Unstructured {
	t.Helper()
	var u unstructured.Unstructured
	u.SetGroupVersionKind(schema.GroupVersionKind{Group: imv1alpha1.GroupVersion.Group, Version: imv1alpha1.GroupVersion.Version, Kind: kind})
	err := world.admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, &u)
	if err != nil {
		t.Fatal(errors.Join(err, errors.New("reading "+kind+" "+name)))
	}
	return &u
}
