// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

const (
	appStatus = `
  conditions:
  - {type: Ready, status: "True", reason: Ready, message: "", lastTransitionTime: "2026-01-02T03:04:05Z"}
  observedGeneration: 1
  callbackPath: /callbacks/default/chat
  callbackURL: https://im.example.com/callbacks/default/chat
  lastChangeTime: "2026-01-02T03:04:05.678000Z"
  groups: 0
  resync:
    lastHandledRequest: now
    startTime: "2026-01-02T03:04:05Z"
    completionTime: "2026-01-02T03:04:06Z"
    watermark: "2026-01-02T03:04:05.000000Z"
    groupsDone: 0
    groupsTotal: 0
`
	groupStatus = `
  conditions:
  - {type: Ready, status: "True", reason: Tracking, message: "", lastTransitionTime: "2026-01-02T03:04:05Z"}
  observedGeneration: 1
  sdkAppID: 1400000001
  type: Public
  owner: alice
  name: a
  introduction: b
  notification: c
  faceURL: d
  customFields: {k: ""}
  fieldTimes: {name: "2026-01-02T03:04:05.678000Z"}
  lastChange: {eventTime: "2026-01-02T03:04:05.678000Z", command: c, operator: o, platform: p, fields: [name], source: REST}
  destroyedTime: "2026-01-02T03:04:05.678000Z"
`
	missing = "Required value"
)

// text makes rows for a text of the status: its bound in characters, and one more.
func text(path string, bound int) []row {
	refusal := "may not be more than"
	return []row{
		{path + " at its bound", change(set("status."+path, strings.Repeat("😀", bound))), ""},
		{path + " over its bound", change(set("status."+path, strings.Repeat("a", bound+1))), refusal},
		{path + " as a number", change(set("status."+path, int64(1))), "must be of type string"},
	}
}

// moment makes rows for a time of the status. A form that the Go type cannot read must be refused: one such object
// would make every list of its kind fail.
func moment(path string, good string, bad ...string) []row {
	rows := []row{{path + " " + good, change(set("status."+path, good)), ""}}
	micros := good[len("2026-01-02T03:04:05"):]
	bad = append(bad, "", "yesterday", strings.ToLower(good), "2026-01-02T03:04:05.678000+00:00",
		"2026-13-02T03:04:05"+micros, "2026-02-30T03:04:05"+micros, "2026-01-02T24:04:05"+micros, "2026-01-02T03:60:05"+micros, "2026-01-02T03:04:60"+micros)
	for _, b := range bad {
		rows = append(rows, row{path + " " + b, change(set("status."+path, b)), "status." + path + ": "})
	}
	return rows
}

func microMoment(path string) []row {
	return moment(path, "2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678901234Z")
}

func secondMoment(path string) []row {
	return moment(path, "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05+00:00")
}

func count(path string) []row {
	return []row{
		{path + " 0", change(set("status."+path, int64(0))), ""},
		{path + " at its bound", change(set("status."+path, int64(2147483647))), ""},
		{path + " beyond 32 bits", change(set("status."+path, int64(2147483648))), "should be less than or equal to 2147483647"},
		{path + " negative", change(set("status."+path, int64(-1))), "should be greater than or equal to 0"},
	}
}

func conditions(n int) edit {
	items := make([]any, n)
	for i := range items {
		items[i] = map[string]any{
			"type": "Type" + string(rune('A'+i)), "status": "True", "reason": "Reason", "message": "",
			"lastTransitionTime": "2026-01-02T03:04:05Z",
		}
	}
	return set("status.conditions", items)
}

func concat(tables ...[]row) (all []row) {
	for _, rows := range tables {
		all = append(all, rows...)
	}
	return all
}

func TestStatusOfAnIMApp(t *testing.T) {
	report(t, signedApp, appStatus, concat(
		[]row{
			{"all of it", nil, ""},
			{"nothing at all", change(drop("status")), ""},
			{"16 conditions", change(conditions(16)), ""},
			{"17 conditions", change(conditions(17)), "must have at most 16 items"},
			{"observedGeneration -2", change(set("status.observedGeneration", int64(-2))), "should be greater than or equal to -1"},
			{"observedGeneration beyond exact integers", change(set("status.observedGeneration", int64(9007199254740992))), "should be less than or equal to"},
			{"an empty callbackPath", change(set("status.callbackPath", "")), "should be at least 1 chars long"},
			{"an empty callbackURL", change(set("status.callbackURL", "")), "should be at least 1 chars long"},
			{"an empty resync", change(set("status.resync", "yaml: {}")), ""},
			{"an empty lastHandledRequest", change(set("status.resync.lastHandledRequest", "")), "should be at least 1 chars long"},
		},
		text("callbackPath", 4096), text("callbackURL", 4096), text("resync.lastHandledRequest", 256),
		microMoment("lastChangeTime"), microMoment("resync.watermark"),
		secondMoment("resync.startTime"), secondMoment("resync.completionTime"),
		count("groups"), count("resync.groupsDone"), count("resync.groupsTotal"),
	))
}

func TestStatusOfAnIMGroup(t *testing.T) {
	custom := func(key string, value any) edit { return set("status.customFields", map[string]any{key: value}) }
	fieldTime := func(field string, eventTime any) edit {
		return set("status.fieldTimes", map[string]any{field: eventTime})
	}
	const when = "2026-01-02T03:04:05.678000Z"
	report(t, group, groupStatus, concat(
		[]row{
			{"all of it", nil, ""},
			{"nothing at all", change(drop("status")), ""},
			{"every text empty", change(set("status.type", ""), set("status.owner", ""), set("status.name", ""),
				set("status.introduction", ""), set("status.notification", ""), set("status.faceURL", "")), ""},
			{"text with control characters and line breaks", change(set("status.name", "a\x00\x1b[31m\n\u202e")), ""},
			{"16 conditions", change(conditions(16)), ""},
			{"17 conditions", change(conditions(17)), "must have at most 16 items"},
			{"observedGeneration -2", change(set("status.observedGeneration", int64(-2))), "should be greater than or equal to -1"},
			{"observedGeneration beyond exact integers", change(set("status.observedGeneration", int64(9007199254740992))), "should be less than or equal to"},
			{"sdkAppID 0", change(set("status.sdkAppID", int64(0))), "should be greater than or equal to 1"},
			{"sdkAppID beyond exact integers", change(set("status.sdkAppID", int64(9007199254740992))), "should be less than or equal to"},

			{"64 custom fields", change(set("status.customFields", keys(64, "v"))), ""},
			{"65 custom fields", change(set("status.customFields", keys(65, "v"))), "must have at most 64 items"},
			{"a custom key at its bound", change(custom(strings.Repeat("群", 256), "")), ""},
			{"a custom key over its bound", change(custom(strings.Repeat("a", 257), "")), "keys must have at most 256 characters"},
			{"an empty custom key", change(custom("", "v")), ""},
			{"a custom value at its bound", change(custom("k", strings.Repeat("群", 4096))), ""},
			{"a custom value over its bound", change(custom("k", strings.Repeat("a", 4097))), "values at most 4096"},
			{"a custom value as a number", change(custom("k", int64(7))), "must be of type string"},
			{"custom fields as a list", change(set("status.customFields", "yaml: [{key: k, value: v}]")), "must be of type object"},

			{"80 field times", change(set("status.fieldTimes", keys(80, when))), ""},
			{"81 field times", change(set("status.fieldTimes", keys(81, when))), "must have at most 80 items"},
			{"a field at its bound", change(fieldTime(strings.Repeat("群", 300), when)), ""},
			{"a field over its bound", change(fieldTime(strings.Repeat("a", 301), when)), "names must have 1 to 300 characters"},
			{"an empty field", change(fieldTime("", when)), "names must have 1 to 300 characters"},
			{"a field time as a number", change(fieldTime("name", int64(7))), "must be of type date-time"},
			{"field times as a list", change(set("status.fieldTimes", "yaml: [{field: name}]")), "must be of type object"},

			{"a last change that tells the least", change(set("status.lastChange", `yaml: {eventTime: "2026-01-02T03:04:05.678000Z", source: REST}`)), ""},
			{"a last change without time", change(drop("status.lastChange.eventTime")), missing},
			{"a last change without source", change(drop("status.lastChange.source")), missing},
			{"a last change from another source", change(set("status.lastChange.source", "Console")), `Unsupported value: "Console"`},
			{"an empty command", change(set("status.lastChange.command", "")), "should be at least 1 chars long"},
			{"an empty operator", change(set("status.lastChange.operator", "")), "should be at least 1 chars long"},
			{"an empty platform", change(set("status.lastChange.platform", "")), "should be at least 1 chars long"},
			{"80 changed fields", change(set("status.lastChange.fields", repeat(80, "name"))), ""},
			{"81 changed fields", change(set("status.lastChange.fields", repeat(81, "name"))), "must have at most 80 items"},
			{"a changed field at its bound", change(set("status.lastChange.fields", []any{strings.Repeat("群", 300)})), ""},
			{"a changed field over its bound", change(set("status.lastChange.fields", []any{strings.Repeat("a", 301)})), "may not be more than 300"},
			{"an empty changed field", change(set("status.lastChange.fields", []any{""})), "should be at least 1 chars long"},
		},
		text("type", 256), text("owner", 256), text("name", 1024), text("introduction", 4096),
		text("notification", 8192), text("faceURL", 4096),
		text("lastChange.command", 128), text("lastChange.operator", 256), text("lastChange.platform", 64),
		microMoment("fieldTimes.name"), microMoment("lastChange.eventTime"), microMoment("destroyedTime"),
	))
}

func keys(n int, value any) map[string]any {
	all := map[string]any{}
	for i := range n {
		all[fmt.Sprint("k", i)] = value
	}
	return all
}

func repeat(n int, item any) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = item
	}
	return items
}

// report stores the base and asks the API server what it thinks of each row's status.
func report(t *testing.T, base, status string, rows []row) {
	stored := object(t, newNamespace(t), base)
	create(t, stored)
	full := object(t, "", base+"status:"+status)
	stored.Object["status"] = full.Object["status"]
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			u := edited(t, stored, r.edits)
			expect(t, api.Status().Update(t.Context(), u, client.DryRunAll), r.want)
			expectReadable(t, u, r.want)
		})
	}
}

func TestTheLargestStatusCanBeStored(t *testing.T) {
	wide := func(n int) string { return strings.Repeat("😀", n) } // 4 bytes a character
	when := metav1.NewMicroTime(time.UnixMilli(1767323045678))
	g := &v1alpha1.IMGroup{
		ObjectMeta: metav1.ObjectMeta{Name: "large", Namespace: newNamespace(t)},
		Spec:       v1alpha1.IMGroupSpec{AppRef: v1alpha1.AppReference{Name: "chat"}, GroupID: "large"},
	}
	create(t, g)
	g.Status = v1alpha1.IMGroupStatus{
		Type: new(wide(256)), Owner: new(wide(256)), Name: new(wide(1024)), Introduction: new(wide(4096)),
		Notification: new(wide(8192)), FaceURL: new(wide(4096)),
		LastChange: &v1alpha1.LastChange{EventTime: when, Command: wide(128), Operator: wide(256), Platform: wide(64), Source: v1alpha1.SourceCallback},
	}
	g.Status.CustomFields, g.Status.FieldTimes = map[string]string{}, map[string]v1alpha1.EventTime{}
	for i := range 64 {
		g.Status.CustomFields[fmt.Sprintf("%02d", i)+wide(254)] = wide(4096)
	}
	for i := range 80 {
		g.Status.FieldTimes[fmt.Sprintf("%02d", i)+wide(298)] = v1alpha1.EventTime{MicroTime: when}
		g.Status.LastChange.Fields = append(g.Status.LastChange.Fields, wide(300))
	}
	if err := api.Status().Update(t.Context(), g); err != nil {
		t.Fatalf("a status with every member at its bound is refused: %v", err)
	}
}

func TestStatusKeepsMillisecondsAndTellsAbsentFromEmpty(t *testing.T) {
	g := &v1alpha1.IMGroup{
		ObjectMeta: metav1.ObjectMeta{Name: "precise", Namespace: newNamespace(t)},
		Spec:       v1alpha1.IMGroupSpec{AppRef: v1alpha1.AppReference{Name: "chat"}, GroupID: "precise"},
	}
	create(t, g)
	when := metav1.NewMicroTime(time.UnixMilli(1767323045678))
	want := v1alpha1.IMGroupStatus{
		ObservedGeneration: 1,
		SDKAppID:           1400000001,
		Name:               new("a"),
		Notification:       new(""),
		CustomFields:       map[string]string{"k": ""},
		FieldTimes:         map[string]v1alpha1.EventTime{"name": {MicroTime: when}},
		LastChange:         &v1alpha1.LastChange{EventTime: when, Fields: []string{"name"}, Source: v1alpha1.SourceREST},
		DestroyedTime:      &when,
	}
	g.Status = want
	if err := api.Status().Update(t.Context(), g); err != nil {
		t.Fatalf("writing the status: %v", err)
	}
	got := &v1alpha1.IMGroup{}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(g), got); err != nil {
		t.Fatalf("reading the status: %v", err)
	}
	if diff := cmp.Diff(want, got.Status); diff != "" {
		t.Errorf("the status changed on its way (-written +read):\n%s", diff)
	}
}

func TestStatusIsWrittenApartFromSpec(t *testing.T) {
	for _, base := range []string{signedApp, group} {
		stored := object(t, newNamespace(t), base+"status: {observedGeneration: 7}")
		create(t, stored)
		t.Run(stored.GetKind(), func(t *testing.T) {
			unseen := map[string]any{"observedGeneration": int64(-1)}
			if diff := cmp.Diff(unseen, stored.Object["status"]); diff != "" {
				t.Errorf("the status of a new object (-want +got):\n%s", diff)
			}
			u := edited(t, stored, change(set("status.observedGeneration", int64(1)), set("spec.stray", "x"), set("metadata.labels", "yaml: {a: b}")))
			if err := api.Status().Update(t.Context(), u); err != nil {
				t.Fatalf("writing the status: %v", err)
			}
			if diff := cmp.Diff(stored.Object["spec"], u.Object["spec"]); diff != "" {
				t.Errorf("writing the status changed the spec:\n%s", diff)
			}
			if got, _, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration"); got != 1 {
				t.Errorf("observedGeneration is %d, want 1", got)
			}
			if u.GetGeneration() != 1 {
				t.Errorf("writing the status made generation %d", u.GetGeneration())
			}
		})
	}
}
