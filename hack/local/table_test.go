// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func group(id string, change imv1alpha1.LastChange) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{Spec: imv1alpha1.IMGroupSpec{GroupID: id}}
	g.UID, g.Name = "uid-of-this-group", "demo-group"
	change.EventTime = metav1.NewMicroTime(time.UnixMilli(noon))
	g.Status.LastChange = &change
	return g
}

func TestRow(t *testing.T) {
	kind, name, cleared := "Public", "運用チーム", ""
	g := group(opsGroup, imv1alpha1.LastChange{Command: "Group.CallbackAfterGroupInfoChanged", Operator: "leckie\x07", Fields: []string{"name", "notification"}})
	g.Status.Type, g.Status.Name, g.Status.Notification = &kind, &name, &cleared
	want := `TIME (UTC)           GROUP ID                  TYPE       NAME              NOTIFICATION           CHANGED             BY` + "\n" +
		`2022-12-09 08:26:54  @TGS#2J4SZEAEL            Public     運用チーム        ""                     name,notification   leckie\a`
	var got bytes.Buffer
	printTable(&got, []imv1alpha1.IMGroup{*g}) // in a pipe
	if got := got.String(); got != "\n"+want+"\n" {
		t.Errorf("got%swant\n%s", got, want)
	}
}

func TestChangedNamesBeginningAndEnd(t *testing.T) {
	for _, test := range []struct {
		change imv1alpha1.LastChange
		want   string
	}{
		{imv1alpha1.LastChange{Command: "Group.CallbackAfterCreateGroup", Fields: []string{"name", "owner"}}, "created,name,owner"},
		{imv1alpha1.LastChange{Command: "Group.CallbackAfterGroupDestroyed"}, "disbanded"},
		{imv1alpha1.LastChange{Command: "Group.CallbackAfterGroupInfoChanged"}, "-"},
	} {
		if got := changed(group("g", test.change)); got != test.want {
			t.Errorf("changed(%+v) = %s, want %s", test.change, got, test.want)
		}
	}
	if got := changedBy(group("g", imv1alpha1.LastChange{Source: imv1alpha1.SourceREST})); got != "(resync)" {
		t.Errorf("what a resync found was changed by %s", got)
	}
	if got := line(cells(&imv1alpha1.IMGroup{}, time.Now()), 0); len(strings.Fields(got)) != 6 { // the group id is empty
		t.Errorf("the row of a group of which nothing is known is %q", got)
	}
}

func TestOnlyNewsIsShown(t *testing.T) {
	var out bytes.Buffer
	f := follower{table: newTable(&out), seen: map[types.UID]*imv1alpha1.IMGroup{}}
	lines := func() int { return strings.Count(out.String(), "\n") }

	unknown := group("g", imv1alpha1.LastChange{})
	unknown.Status.LastChange = nil
	if f.show(unknown); lines() != 0 {
		t.Error("a group of which nothing is known was shown")
	}
	first := group("g", imv1alpha1.LastChange{Command: "c", Operator: "leckie"})
	if f.show(first); lines() != 1 {
		t.Error("a new group was not shown")
	}
	same := first.DeepCopy()
	same.Labels = map[string]string{"touched": "yes"}
	if f.show(same); lines() != 1 {
		t.Error("a change of something else was shown")
	}
	late := first.DeepCopy()
	late.Status.FieldTimes = map[string]imv1alpha1.EventTime{"name": {MicroTime: metav1.NewMicroTime(time.UnixMilli(1))}}
	if f.show(late); lines() != 2 {
		t.Error("a late event that fills in a field was not shown")
	}
}
