// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package oracle_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/oracle"
)

const received = 1700000000000

func callbacks(bodies ...string) []oracle.Callback {
	var list []oracle.Callback
	for _, b := range bodies {
		list = append(list, oracle.Callback{Body: []byte(b), Platform: "Web", Received: time.UnixMilli(received)})
	}
	return list
}

func info(time, rest string) string {
	return `{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","EventTime":` + time + `,"GroupId":"g","Operator_Account":"leckie","Type":"Public"` + rest + `}`
}

func create(time, name string) string {
	return `{"CallbackCommand":"Group.CallbackAfterCreateGroup","EventTime":` + time + `,"GroupId":"g","Name":"` + name +
		`","Operator_Account":"leckie","Owner_Account":"peter","Type":"Public"}`
}

func destroy(time string) string {
	return `{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","EventTime":` + time + `,"GroupId":"g","Name":"gone","Owner_Account":"peter","Type":"Public"}`
}

const infoCommand = "Group.CallbackAfterGroupInfoChanged"

func TestExpect(t *testing.T) {
	text := func(s string) *string { return &s }
	for _, test := range []struct {
		name   string
		bodies []string
		want   oracle.Group
	}{
		{
			"a partial change leaves the rest, and an empty value clears",
			[]string{info("1600000000010", `,"Name":"ops","Notification":"hello"`), info(`"1600000000020"`, `,"Notification":""`)},
			oracle.Group{
				Type: text("Public"), Name: text("ops"), Notification: text(""),
				Times:      map[string]int64{"alive": 1600000000020, "type": 1600000000020, "name": 1600000000010, "notification": 1600000000020},
				LastChange: oracle.Change{Time: 1600000000020, Command: infoCommand, Operator: "leckie", Platform: "Web", Fields: []string{"notification"}},
			},
		},
		{
			"at equal times the bytewise greater value wins",
			[]string{info("1600000000010", `,"Name":"é"`), info("1600000000010", `,"Name":"Z"`), info("1600000000010", `,"Name":"a"`)},
			oracle.Group{
				Type: text("Public"), Name: text("é"),
				Times:      map[string]int64{"alive": 1600000000010, "type": 1600000000010, "name": 1600000000010},
				LastChange: oracle.Change{Time: 1600000000010, Command: infoCommand, Operator: "leckie", Platform: "Web", Fields: []string{"name"}},
			},
		},
		{
			"a group created again forgets what is older, and a destroy moves only the clock",
			[]string{create("1600000000030", "new"), info("1600000000029", `,"Introduction":"old"`), destroy("1600000000020"), create("1600000000010", "old")},
			oracle.Group{
				Type: text("Public"), Name: text("new"), Owner: text("peter"),
				Times:      map[string]int64{"alive": 1600000000030, "destroyed": 1600000000020, "epoch": 1600000000030, "type": 1600000000030, "name": 1600000000030, "owner": 1600000000030},
				LastChange: oracle.Change{Time: 1600000000030, Command: "Group.CallbackAfterCreateGroup", Operator: "leckie", Platform: "Web", Fields: []string{"name", "owner"}},
			},
		},
		{
			"a destroy at the time of the newest change destroys",
			[]string{destroy("1600000000030"), create("1600000000030", "n")},
			oracle.Group{
				Type: text("Public"), Name: text("n"), Owner: text("peter"), DestroyedTime: 1600000000030,
				Times:      map[string]int64{"alive": 1600000000030, "destroyed": 1600000000030, "epoch": 1600000000030, "type": 1600000000030, "name": 1600000000030, "owner": 1600000000030},
				LastChange: oracle.Change{Time: 1600000000030, Command: "Group.CallbackAfterGroupDestroyed", Platform: "Web"},
			},
		},
		{
			"custom fields, unusable ones among them, and the new owner",
			[]string{
				info("1600000000010", `,"UserDefinedDataList":[{"Key":"Level","Value":"7"},{"Key":"Level","Value":""},{"Key":"","Value":"x"},{"Key":"Half"},5]`),
				`{"CallbackCommand":"Group.CallbackAfterChangeGroupOwner","EventTime":1600000000005,"GroupId":"g","NewOwner_Account":"new","OldOwner_Account":"old","Operator_Account":"admin"}`,
			},
			oracle.Group{
				Type: text("Public"), Owner: text("new"), CustomFields: map[string]string{"Level": ""},
				Times:      map[string]int64{"alive": 1600000000010, "type": 1600000000010, "owner": 1600000000005, "custom/Level": 1600000000010},
				LastChange: oracle.Change{Time: 1600000000010, Command: infoCommand, Operator: "leckie", Platform: "Web", Fields: []string{"custom/Level"}},
			},
		},
		{
			"null and values that are no text are as absent, and long text is cut between characters",
			[]string{info("1600000000010", `,"Name":null,"FaceUrl":5,"Introduction":"`+strings.Repeat("語", 4097)+`"`)},
			oracle.Group{
				Type: text("Public"), Introduction: text(strings.Repeat("語", 4096)),
				Times:      map[string]int64{"alive": 1600000000010, "type": 1600000000010, "introduction": 1600000000010},
				LastChange: oracle.Change{Time: 1600000000010, Command: infoCommand, Operator: "leckie", Platform: "Web", Fields: []string{"introduction"}},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := callbacks(test.bodies...)
			for range 10 {
				rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				if diff := cmp.Diff(map[string]oracle.Group{"g": test.want}, oracle.Expect(list), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestTimesThatAreNoneBecomeTheTimeOfReceipt(t *testing.T) {
	for _, given := range []string{`null`, `0`, `-5`, `1700000000`, `99999999999`, `"soon"`, `""`, `true`, `1700000300001`, `"1700000300001"`} {
		if got := oracle.Expect(callbacks(info(given, "")))["g"].Times["alive"]; got != received {
			t.Errorf("EventTime %s counts as %d, want the time of receipt", given, got)
		}
	}
	if got := oracle.Expect(callbacks(info("1700000300000", "")))["g"].Times["alive"]; got != 1700000300000 {
		t.Errorf("a time five minutes ahead counts as %d", got)
	}
}

func TestCallbacksThatSayNothingOfAGroup(t *testing.T) {
	got := oracle.Expect(callbacks(
		`{"CallbackCommand":"Group.CallbackAfterTopicInfoChanged","GroupId":"g","Name":"a topic"}`,
		`{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"g"}`,
		`{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged"}`, `{}`, `[]`, ``,
	))
	if len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestDiff(t *testing.T) {
	name, other := "ops", "other"
	at := metav1.NewMicroTime(time.UnixMilli(10))
	live := imv1alpha1.IMGroup{Spec: imv1alpha1.IMGroupSpec{GroupID: "g"}}
	live.Status = imv1alpha1.IMGroupStatus{
		Name: &name, DestroyedTime: &at, CustomFields: map[string]string{"k": "v"},
		FieldTimes: map[string]imv1alpha1.EventTime{"name": {MicroTime: at}},
		LastChange: &imv1alpha1.LastChange{EventTime: at, Command: "c", Operator: "o", Platform: "p", Fields: []string{"name"}},
	}
	want := oracle.Group{
		Name: &name, DestroyedTime: 10, CustomFields: map[string]string{"k": "v"}, Times: map[string]int64{"name": 10},
		LastChange: oracle.Change{Time: 10, Command: "c", Operator: "o", Platform: "p", Fields: []string{"name"}},
	}
	if diff := oracle.Diff(map[string]oracle.Group{"g": want}, []imv1alpha1.IMGroup{live}); diff != "" {
		t.Errorf("the same group differs:\n%s", diff)
	}
	want.Name = &other
	diff := oracle.Diff(map[string]oracle.Group{"g": want, "missing": {}}, []imv1alpha1.IMGroup{live, {Spec: imv1alpha1.IMGroupSpec{GroupID: "extra"}}})
	for _, part := range []string{`"g" (-want +got)`, `"missing" has no IMGroup`, `"extra" has an IMGroup that nobody expected`} {
		if !strings.Contains(diff, part) {
			t.Errorf("the difference does not say %s:\n%s", part, diff)
		}
	}
}
