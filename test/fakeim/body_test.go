// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim_test

import (
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestBodiesHaveTheDocumentedKeysInOrder(t *testing.T) {
	for _, test := range []struct {
		name string
		body fakeim.Body
		want string
	}{
		{"info changed, time as a number", fakeim.InfoChanged("g", 1670574414123, fakeim.Body{"Name": "n", "UserDefinedDataList": fakeim.CustomFields("Level", "7")}),
			`{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","EventTime":1670574414123,"GroupId":"g","Name":"n","Operator_Account":"leckie","Type":"Public","UserDefinedDataList":[{"Key":"Level","Value":"7"}]}`},
		{"info changed, no time, another type", fakeim.InfoChanged("g", nil, fakeim.Body{"FaceUrl": "", "Type": "Work"}),
			`{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","FaceUrl":"","GroupId":"g","Operator_Account":"leckie","Type":"Work"}`},
		{"created, time as a string", fakeim.Created("g", "5", "leckie", "ops"),
			`{"CallbackCommand":"Group.CallbackAfterCreateGroup","EventTime":"5","GroupId":"g","MemberList":[{"Member_Account":"leckie"}],"Name":"ops","Operator_Account":"leckie","Owner_Account":"leckie","Type":"Public"}`},
		{"destroyed", fakeim.Destroyed("g", 5, "leckie", "ops"),
			`{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","EventTime":1600000000005,"GroupId":"g","MemberList":[{"Member_Account":"leckie"}],"Name":"ops","Owner_Account":"leckie","Type":"Public"}`},
		{"owner changed", fakeim.OwnerChanged("g", 5, "leckie", "peter"),
			`{"CallbackCommand":"Group.CallbackAfterChangeGroupOwner","EventTime":1600000000005,"GroupId":"g","NewOwner_Account":"peter","OldOwner_Account":"leckie","Operator_Account":"administrator","Type":"Public"}`},
		{"topic changed", fakeim.TopicInfoChanged("g", fakeim.Body{"Name": "raids"}),
			`{"CallbackCommand":"Group.CallbackAfterTopicInfoChanged","GroupId":"g","Name":"raids","Operator_Account":"leckie","Type":"Community"}`},
		{"a key left out", fakeim.TopicInfoChanged("g", nil).With("Operator_Account", nil),
			`{"CallbackCommand":"Group.CallbackAfterTopicInfoChanged","GroupId":"g","Type":"Community"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := fakeim.Encode(test.body)
			if err != nil || string(got) != test.want {
				t.Errorf("got\n%s, %v; want\n%s", got, err, test.want)
			}
		})
	}
}
