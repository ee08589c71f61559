// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func TestDefaultsOfAnIMApp(t *testing.T) {
	defaults := map[string]any{"creationPolicy": "Always", "maxCount": int64(20000)}
	tests := []struct {
		name  string
		base  string
		edits []edit
		path  string
		want  any
	}{
		{"groups absent", signedApp, nil, "spec.groups", defaults},
		{"groups empty", signedApp, change(set("spec.groups", "yaml: {}")), "spec.groups", defaults},
		{"groups null", signedApp, change(set("spec.groups", nil)), "spec.groups", defaults},
		{"groups given in part", signedApp, change(set("spec.groups", "yaml: {maxCount: 0}")), "spec.groups",
			map[string]any{"creationPolicy": "Always", "maxCount": int64(0)}},
		{"rest absent", signedApp, nil, "spec.rest", nil},
		{"suspend absent", signedApp, nil, "spec.suspend", nil},
		{"allowUnsigned absent", signedApp, nil, "spec.callback.allowUnsigned", nil},
		{"resyncIntervalSeconds absent", restApp, nil, "spec.rest.resyncIntervalSeconds", int64(21600)},
		{"resyncIntervalSeconds 0", restApp, change(set("spec.rest.resyncIntervalSeconds", int64(0))), "spec.rest.resyncIntervalSeconds", int64(0)},
		{"queriesPerSecond absent", restApp, nil, "spec.rest.queriesPerSecond", int64(20)},
		{"customFieldKeys absent", restApp, nil, "spec.rest.customFieldKeys", nil},
	}
	namespace := newNamespace(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := edited(t, object(t, namespace, tt.base), tt.edits)
			if err := api.Create(t.Context(), u, client.DryRunAll); err != nil {
				t.Fatalf("creating: %v", err)
			}
			got, _, err := unstructured.NestedFieldNoCopy(u.Object, strings.Split(tt.path, ".")...)
			if err != nil {
				t.Fatalf("reading %s: %v", tt.path, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.path, diff)
			}
		})
	}
}

func TestAGoClientWritesNothingThatItDoesNotSet(t *testing.T) {
	tests := []struct {
		name   string
		object client.Object
		want   string
	}{
		{"an empty IMApp", &v1alpha1.IMApp{}, "{}"},
		{"an empty IMGroup", &v1alpha1.IMGroup{}, "{}"},
		{
			"a declared IMGroup",
			&v1alpha1.IMGroup{Spec: v1alpha1.IMGroupSpec{AppRef: v1alpha1.AppReference{Name: "chat"}, GroupID: "g"}},
			`{"spec":{"appRef":{"name":"chat"},"groupID":"g"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := json.Marshal(tt.object)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(raw)); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSelectingIMGroupsByField(t *testing.T) {
	namespace := newNamespace(t)
	for _, g := range []struct{ name, app, id, kind string }{
		{"one", "chat", "@TGS#2J4SZEAEL", "Public"},
		{"two", "chat", "@tgs#2j4szeael", "Community"},
		{"three", "other", "a/b c%", "Public"},
	} {
		o := &v1alpha1.IMGroup{
			ObjectMeta: metav1.ObjectMeta{Name: g.name, Namespace: namespace},
			Spec:       v1alpha1.IMGroupSpec{AppRef: v1alpha1.AppReference{Name: g.app}, GroupID: g.id},
		}
		create(t, o)
		o.Status.Type = &g.kind
		if err := api.Status().Update(t.Context(), o); err != nil {
			t.Fatalf("writing the status of %s: %v", g.name, err)
		}
	}
	tests := []struct {
		selector client.MatchingFields
		want     []string
	}{
		{client.MatchingFields{"spec.groupID": "@TGS#2J4SZEAEL"}, []string{"one"}},
		{client.MatchingFields{"spec.groupID": "a/b c%"}, []string{"three"}},
		{client.MatchingFields{"spec.appRef.name": "chat"}, []string{"one", "two"}},
		{client.MatchingFields{"status.type": "Public"}, []string{"one", "three"}},
		{client.MatchingFields{"status.type": "Public", "spec.appRef.name": "chat"}, []string{"one"}},
		{client.MatchingFields{"status.type": "Meeting"}, nil},
	}
	for _, tt := range tests {
		var groups v1alpha1.IMGroupList
		if err := api.List(t.Context(), &groups, client.InNamespace(namespace), tt.selector); err != nil {
			t.Errorf("listing by %v: %v", tt.selector, err)
			continue
		}
		var got []string
		for i := range groups.Items {
			got = append(got, groups.Items[i].Name)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("listing by %v (-want +got):\n%s", tt.selector, diff)
		}
	}
}

func TestColumnsOfKubectlGet(t *testing.T) {
	namespace := newNamespace(t)
	tests := []struct {
		resource string
		changed  string // where the time of the column Changed is
		object   string
		columns  []string // those of -o wide in parentheses
		cells    []any    // nil: not looked at
	}{
		{
			"imapps", "status.lastChangeTime", signedApp + "  suspend: true\nstatus:" + appStatus,
			[]string{"Name", "SDKAppID", "Ready", "Groups", "Changed", "Age", "(Callback Path)", "(Suspended)"},
			[]any{"chat", 1400000001.0, "True", 0.0, "330d", nil, "/callbacks/default/chat", true},
		},
		{
			"imgroups", "status.lastChange.eventTime", group + "status:" + strings.Replace(groupStatus, "type: Ready", "type: Synced", 1),
			[]string{"Name", "Group ID", "Type", "Synced", "Changed", "(App)", "(Owner)", "Group Name", "(Notification)", "(Face URL)"},
			[]any{"a-group", "@TGS#2J4SZEAEL", "Public", "True", "330d", "chat", "alice", "a", "c", nil},
		},
	}
	for _, tt := range tests {
		t.Run(tt.resource, func(t *testing.T) {
			u := object(t, namespace, tt.object)
			status := u.DeepCopy().Object["status"]
			create(t, u)
			u.Object["status"] = status
			longAgo := time.Now().Add(-330 * 24 * time.Hour).UTC().Format(metav1.RFC3339Micro)
			if err := api.Status().Update(t.Context(), edited(t, u, change(set(tt.changed, longAgo)))); err != nil {
				t.Fatalf("writing the status: %v", err)
			}
			columns, cells := table(t, namespace, tt.resource)
			if diff := cmp.Diff(tt.columns, columns); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			for i, want := range tt.cells {
				if want != nil && cells[i] != want {
					t.Errorf("column %s shows %v, want %v", columns[i], cells[i], want)
				}
			}
		})
	}
}

// table lists a resource the way kubectl get does.
func table(t *testing.T, namespace, resource string) (columns []string, cells []any) {
	t.Helper()
	raw, err := restClient(t).Get().AbsPath("/apis/im.imgroup.dev/v1alpha1/namespaces", namespace, resource).
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").DoRaw(t.Context())
	if err != nil {
		t.Fatalf("listing %s: %v", resource, err)
	}
	var got metav1.Table
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatalf("reading the table of %s: %v", resource, err)
	}
	for _, c := range got.ColumnDefinitions {
		if c.Priority > 0 {
			c.Name = "(" + c.Name + ")"
		}
		columns = append(columns, c.Name)
	}
	if len(got.Rows) != 1 {
		t.Fatalf("%d rows of %s, want 1", len(got.Rows), resource)
	}
	return columns, got.Rows[0].Cells
}

func restClient(t *testing.T) rest.Interface {
	t.Helper()
	c, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return c.RESTClient()
}

func TestShortNamesAndCategory(t *testing.T) {
	d, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	resources, err := d.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, r := range resources.APIResources {
		if !strings.Contains(r.Name, "/") {
			got[r.Name] = append(append([]string{r.Kind}, r.ShortNames...), r.Categories...)
			if !r.Namespaced {
				t.Errorf("%s is not namespaced", r.Name)
			}
		}
	}
	want := map[string][]string{"imapps": {"IMApp", "ima", "im"}, "imgroups": {"IMGroup", "img", "im"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
}

func TestSamplesApplyAsTheyAreAndDoNotDrift(t *testing.T) {
	raw, err := os.ReadFile("../../config/samples/kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kustomization struct{ Resources []string }
	if err := yaml.Unmarshal(raw, &kustomization); err != nil {
		t.Fatal(err)
	}
	namespace := newNamespace(t)
	kinds := map[string]int{}
	for _, file := range kustomization.Resources {
		text, err := os.ReadFile("../../config/samples/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for document := range strings.SplitSeq(string(text), "\n---\n") {
			u := object(t, namespace, document)
			kinds[u.GetKind()]++
			t.Run(u.GetKind()+" "+u.GetName(), func(t *testing.T) { applyTwice(t, u) })
		}
	}
	if diff := cmp.Diff(map[string]int{"Secret": 1, "IMApp": 2, "IMGroup": 1}, kinds); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

// applyTwice applies an object with strict field validation, and again: nothing may change then. The first time after
// the creation the API server stores the default of the status as well.
func applyTwice(t *testing.T, u *unstructured.Unstructured) {
	apply := func() *unstructured.Unstructured {
		t.Helper()
		applied := u.DeepCopy()
		if err := client.WithFieldValidation(api, metav1.FieldValidationStrict).Apply(t.Context(),
			client.ApplyConfigurationFromUnstructured(applied), client.FieldOwner("git")); err != nil {
			t.Fatalf("applying: %v", err)
		}
		return applied
	}
	created, first, second := apply(), apply(), apply()
	if first.GetResourceVersion() != second.GetResourceVersion() {
		t.Errorf("applying it again changed it:\n%s", cmp.Diff(first.Object, second.Object))
	}
	created.SetResourceVersion(first.GetResourceVersion())
	if diff := cmp.Diff(created.Object, first.Object); diff != "" {
		t.Errorf("applying it again changed more than what is stored:\n%s", diff)
	}
}

func TestCallbackPath(t *testing.T) {
	app := &v1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "chat"}}
	if got, want := app.CallbackPath(), "/callbacks/team-a/chat"; got != want {
		t.Errorf("CallbackPath() = %q, want %q", got, want)
	}
}
