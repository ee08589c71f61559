// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// step is one callback of the scripted day and the answer it must get.
type step struct {
	name    string
	body    any
	options []fakeim.Option
	want    int // HTTP status; 0 is 200
}

// The groups of the day, with ids as Tencent assigns and users choose them.
const (
	opsGroup   = "@TGS#2J4SZEAEL"          // the documented example's
	community  = "@TGS#_@TGS#cQVLVHIM62CJ" // has topics
	teamGroup  = "team 7/blue"             // chosen: neither a name nor a label of Kubernetes
	worldGroup = "WorldGroup777"           // disbanded, then created again
	oldGroup   = "@TGS#37GAYNTGC"          // disbanded for good
	busyGroup  = "@TGS#2TTV7VSII"          // many changes, badly delivered

	stranger = "@TGS#NOBODY" // named only by callbacks that must be refused
)

// noon is the event time of the documented example, in milliseconds.
const noon = 1670574414123

// at is an event time so many seconds after noon.
func at(seconds int) int64 { return noon + int64(seconds)*1000 }

// day is the script.
func day() []step {
	steps := []step{
		{name: "the documented example, its time a string", body: fakeim.InfoChanged(opsGroup, "1670574414123", fakeim.Body{"Notification": "NewNotification"})},
		{name: "a partial change: the name alone", body: renamed()},
		{name: "introduction and face", body: fakeim.InfoChanged(opsGroup, at(20), fakeim.Body{"FaceUrl": "https://cdn.example.com/ops.png", "Introduction": "On-call coordination"})},
		{name: "the notification is cleared", body: fakeim.InfoChanged(opsGroup, at(30), fakeim.Body{"Notification": ""})},
		{name: "the name again: a duplicate", body: renamed()},
		{name: "a late event: an older name", body: fakeim.InfoChanged(opsGroup, at(5), fakeim.Body{"Name": "older than the name"})},
		{name: "custom fields", body: fakeim.InfoChanged(opsGroup, at(40), fakeim.Body{"UserDefinedDataList": fakeim.CustomFields("Level", "7", "Region", "eu")})},
		{name: "text with controls in it", body: fakeim.InfoChanged(busyGroup, at(1), fakeim.Body{"Name": "busy \u202e\x1b[31m", "Type": "Meeting"})},
		{name: "a group is created", body: fakeim.Created(teamGroup, at(50), "leckie", "青チーム")},
		{name: "its owner changes", body: fakeim.OwnerChanged(teamGroup, at(60), "leckie", "peter")},
		{name: "a community", body: fakeim.InfoChanged(community, at(70), fakeim.Body{"Name": "Players", "Type": "Community"})},
		{name: "a topic of the community: no effect", body: fakeim.TopicInfoChanged(community, fakeim.Body{"Name": "raids", "Notification": "Friday 20:00"})},
		{name: "another command: no effect", body: fakeim.Body{"CallbackCommand": "Group.CallbackBeforeSendMsg", "GroupId": opsGroup, "Type": "Public"}},
		{name: "the console's check: an empty object", body: []byte("{}")},
	}
	steps = append(steps, refused()...)
	steps = append(steps, ends()...)
	return append(steps, badlyDelivered()...)
}

func renamed() fakeim.Body {
	return fakeim.InfoChanged(opsGroup, at(10), fakeim.Body{"Name": "運用チーム"})
}

// refused are callbacks that must not be believed.
func refused() []step {
	lie := fakeim.InfoChanged(opsGroup, at(1000), fakeim.Body{"Name": "not true"})
	strange := fakeim.InfoChanged(stranger, at(1000), fakeim.Body{"Name": "not true"})
	forged := fakeim.WithSign(fakeim.Sign("a guess", "1670574414"))
	return []step{
		{"a forged signature", lie, []fakeim.Option{forged}, http.StatusForbidden},
		{"no signature", strange, []fakeim.Option{fakeim.WithoutSign()}, http.StatusForbidden},
		{"another app's SdkAppid", lie, []fakeim.Option{fakeim.WithSDKAppID(sampleSDKAppID + 1)}, http.StatusForbidden},
		{"signed an hour ago", lie, []fakeim.Option{fakeim.WithRequestTime(time.Now().Add(-time.Hour))}, http.StatusForbidden},
		{"a repeated SdkAppid", strange, []fakeim.Option{fakeim.WithDuplicate("SdkAppid", "1")}, http.StatusBadRequest},
		{"a body that is no JSON", []byte(`{"GroupId":`), []fakeim.Option{fakeim.WithCommand(fakeim.CommandInfoChanged)}, http.StatusBadRequest},
	}
}

// ends are groups that are disbanded, one of them created again under the same id.
func ends() []step {
	return []step{
		{name: "a group with an introduction", body: fakeim.InfoChanged(worldGroup, at(80), fakeim.Body{"Introduction": "of the first one", "Name": "World"})},
		{name: "it is disbanded", body: fakeim.Destroyed(worldGroup, at(90), "leckie", "World")},
		{name: "its id is created again: a new group", body: fakeim.Created(worldGroup, at(100), "peter", "New World")},
		{name: "a late event of the first one", body: fakeim.InfoChanged(worldGroup, at(85), fakeim.Body{"Notification": "of the first one"})},
		{name: "a group is disbanded", body: fakeim.Destroyed(oldGroup, at(110), "leckie", "old")},
		{name: "a late change of it", body: fakeim.InfoChanged(oldGroup, at(105), fakeim.Body{"Name": "the last name"})},
	}
}

// badlyDelivered are changes of one group that come in disorder, some of them twice.
func badlyDelivered() []step {
	var steps []step
	for i := range 30 {
		steps = append(steps, step{
			name: fmt.Sprintf("in disorder: change %d", i+1),
			body: fakeim.InfoChanged(busyGroup, at(200+i), fakeim.Body{"Notification": fmt.Sprintf("change %d", i+1), "Type": "Meeting"}),
		})
	}
	return fakeim.Shuffle(1, steps, fakeim.Disorder{Reorder: 6, Duplicate: 0.2, Late: 0.2, Delay: 20})
}
