// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// What an older shape, or somebody's hand, left in the API server must stop neither a start nor a list, and the next callback
// fills it. Not parallel, since it changes the CRD of all.
func TestAnIMGroupOfAnotherShapeStopsNothingAndIsFilledAgain(t *testing.T) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	declare(t, ns, "good", "chat", "good")
	storeOtherShapes(t, ns)

	o := startReplicas(t, ns, 1)[0]
	s := o.sender(ns, "chat")
	for _, id := range []string{"good", "odd"} {
		send(t, s, fakeim.InfoChanged(id, 5000, fakeim.Body{"Notification": "new", "UserDefinedDataList": fakeim.CustomFields("Region", "eu")}))
		awaitGroup(t, ns, id, "has what the callback said and nothing else", func(g imv1alpha1.IMGroup) error {
			return errors.Join(is("the notification", g.Status.Notification, "new"), differs(map[string]string{"Region": "eu"}, g.Status.CustomFields),
				differs(map[string]int64{"alive": 5000, "custom/Region": 5000, "notification": 5000, "type": 5000}, timesOf(g)),
				differs([]string{"Ready=True/Tracking", "Synced=False/Partial"}, conditionsOf(g.Status.Conditions)))
		})
	}
	o.awaitDrained()
	if got := raw(t, ns, "odd"); !strings.Contains(got, "fieldTimes:map[") || strings.Contains(got, "of old") {
		t.Errorf("something of the other shape is left: %s", got)
	}
	for _, name := range []string{"odd", "wild"} {
		if !strings.Contains(o.Said(), fmt.Sprintf(`"namespace":%q,"imgroup":%q,"reason":"what is stored cannot be read as an IMGroup: `, ns, name)) {
			t.Errorf("the log does not name %s", name)
		}
	}
	if n := o.metric("imgroup_sync_unreadable_objects_total"); n < 2 {
		t.Errorf("%v are counted as unreadable, want 2 or more", n)
	}
}

// storeOtherShapes stores, through a CRD that takes anything, an IMGroup "odd" whose status has lists, and one "wild" whose group
// ID is a number. Then the CRD is ours again.
func storeOtherShapes(t *testing.T, ns string) {
	t.Helper()
	crd := newUnstructured(schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"})
	must(t, world.admin.Get(t.Context(), client.ObjectKey{Name: "imgroups.im.imgroup.dev"}, crd))
	ours := crd.Object["spec"]
	loose := crd.DeepCopy()
	version := loose.Object["spec"].(map[string]any)["versions"].([]any)[0].(map[string]any)
	delete(version, "selectableFields") // which must be in the schema
	version["schema"] = map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}
	must(t, world.admin.Update(t.Context(), loose))
	t.Cleanup(func() { must(t, setSpec(context.WithoutCancel(t.Context()), crd, ours)) })

	odd := otherShape(ns, "odd", "odd")
	wild := otherShape(ns, "wild", int64(7))
	for _, u := range []*unstructured.Unstructured{odd, wild} {
		status := u.Object["status"]
		eventually(t, "the API server takes any shape", func() error {
			attempt := u.DeepCopy()
			if err := client.IgnoreAlreadyExists(world.admin.Create(t.Context(), attempt)); err != nil {
				return err
			}
			if err := world.admin.Get(t.Context(), client.ObjectKeyFromObject(u), attempt); err != nil {
				return err
			}
			attempt.Object["status"] = status
			if err := world.admin.Status().Update(t.Context(), attempt); err != nil {
				return err
			}
			return otherShaped(t, ns, u.GetName())
		})
	}
	eventually(t, "the CRD is changed", func() error { return setSpec(t.Context(), crd, ours) })
	eventually(t, "the CRD is ours again", func() error {
		if err := world.admin.Create(t.Context(), otherShape(ns, "refused", int64(8)), client.DryRunAll); err == nil {
			return errors.New("it still takes any shape")
		}
		return otherShaped(t, ns, "odd") // what is stored is shown as it is
	})
}

func setSpec(ctx context.Context, crd *unstructured.Unstructured, spec any) error {
	if err := world.admin.Get(ctx, client.ObjectKeyFromObject(crd), crd); err != nil {
		return err
	}
	crd.Object["spec"] = spec
	return world.admin.Update(ctx, crd)
}

func otherShape(ns, name string, groupID any) *unstructured.Unstructured {
	u := newUnstructured(imv1alpha1.GroupVersion.WithKind("IMGroup"))
	u.SetNamespace(ns)
	u.SetName(name)
	u.Object["spec"] = map[string]any{"appRef": map[string]any{"name": "chat"}, "groupID": groupID}
	u.Object["status"] = map[string]any{
		"sdkAppID": int64(sdkAppID), "name": "of old", "observedGeneration": int64(1),
		"customFields": []any{map[string]any{"key": "Level", "value": "7"}},
		"fieldTimes":   []any{map[string]any{"field": "name", "eventTime": "2022-01-01T00:00:00.000000Z", "source": "Callback"}},
		"conditions": []any{map[string]any{"type": "Ready", "status": "True", "reason": "Tracking", "message": "",
			"lastTransitionTime": "2022-01-01T00:00:00Z"}},
	}
	return u
}

func otherShaped(t *testing.T, ns, name string) error {
	if got := raw(t, ns, name); !strings.Contains(got, "fieldTimes:[map[") {
		return fmt.Errorf("it is %s", got)
	}
	return nil
}

// raw is an IMGroup as it is stored.
func raw(t *testing.T, ns, name string) string {
	t.Helper()
	u := newUnstructured(imv1alpha1.GroupVersion.WithKind("IMGroup"))
	must(t, world.admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: name}, u))
	return fmt.Sprint(u.Object)
}
