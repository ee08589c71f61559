// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"context"
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
	health, err := cel.NewStatusEvaluator(&groups.Spec.HealthCheckExprs[0].HealthCheckExpressions)
	must(t, err)
	now := func() (*status.Result, error) {
		return health.Evaluate(t.Context(), live(t, "IMGroup", "announcements"))
	}
	awaitHealth := func(want status.Status) {
		t.Helper()
		eventually(t, "the IMGroup is "+want.String(), func() error {
			r, err := now()
			return is(want, r, err)
		})
	}
	awaitHealth(status.InProgressStatus)
	change(t, id, 1000, fakeim.Body{"Notification": "only this"})
	awaitNotification(t, id, "only this")
	awaitHealth(status.InProgressStatus)
	change(t, id, 2000, fakeim.Body{"Name": nasty, "Introduction": nasty, "FaceUrl": nasty})
	awaitHealth(status.CurrentStatus)
	kubectl(t, deployer, "-n", namespace, "delete", "imgroup", "announcements")
}

// What no operator has seen yet is waited for; what can never succeed is not.
func TestFluxTellsWaitingFromFailing(t *testing.T) {
	var app, groups fluxv1.Kustomization
	decode(t, "flux/kustomizations.yaml", &app, &groups)
	health, err := cel.NewStatusEvaluator(&groups.Spec.HealthCheckExprs[0].HealthCheckExpressions)
	must(t, err)
	condition := func(kind, status, reason string) any {
		return map[string]any{"type": kind, "status": status, "reason": reason}
	}
	for name, test := range map[string]struct {
		object map[string]any
		want   status.Status
	}{
		"just created":     {map[string]any{}, status.InProgressStatus},
		"an empty status":  {map[string]any{"status": map[string]any{}}, status.InProgressStatus},
		"no app yet":       {conditions(condition("Ready", "False", "AppNotFound")), status.InProgressStatus},
		"nothing is known": {conditions(condition("Ready", "True", "Tracking"), condition("Synced", "Unknown", "AwaitingFirstCallback")), status.InProgressStatus},
		"no such group":    {conditions(condition("Ready", "False", "InvalidGroupID")), status.FailedStatus},
		"the name is taken, and all is known": {conditions(condition("Ready", "False", "NameConflict"), condition("Synced", "True", "AllFieldsKnown")),
			status.FailedStatus},
		"all is known": {conditions(condition("Ready", "True", "Tracking"), condition("Synced", "True", "AllFieldsKnown")), status.CurrentStatus},
	} {
		r, err := health.Evaluate(context.Background(), &unstructured.Unstructured{Object: test.object})
		if err := is(test.want, r, err); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func conditions(all ...any) map[string]any {
	return map[string]any{"status": map[string]any{"conditions": all}}
}

func is(want status.Status, r *status.Result, err error) error {
	if err != nil && strings.Contains(err.Error(), "no such attribute(s): status") {
		r, err = &status.Result{Status: status.InProgressStatus}, nil // so does Flux: it asks again until the time-out
	}
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
