// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// The groups of the fake cloud that are changed, by IDs that somebody chose.
const (
	tokyoGroup    = "team-tokyo"
	shanghaiGroup = "team-shanghai"
)

// customKey is the custom field that a resync asks for.
const customKey = "Region"

// founded is when the groups of the fake cloud were created, the same in each run.
var founded = time.Date(2022, time.December, 9, 8, 0, 0, 0, time.UTC)

// cloudGroups are in the fake cloud before the operator is there. Two have IDs that Tencent assigns.
var cloudGroups = []fakeim.Group{
	{ID: tokyoGroup, Type: "Private", Name: "東京チーム", Introduction: "東京オフィスの連絡用", Notification: "朝会は10時です",
		FaceURL: "https://cdn.example.com/tokyo.png", Owner: "tanaka", Custom: map[string]string{customKey: "jp"}},
	{ID: shanghaiGroup, Type: "Private", Name: "上海团队", Introduction: "上海办公室", Notification: "周一上午十点开会",
		FaceURL: "https://cdn.example.com/shanghai.png", Owner: "wang", Custom: map[string]string{customKey: "cn"}},
	{ID: "team-london", Type: "Private", Name: "London team", Introduction: "The London office", Notification: "Stand-up at 10:00",
		FaceURL: "https://cdn.example.com/london.png", Owner: "leckie", Custom: map[string]string{customKey: "eu"}},
	{Type: "Public", Name: "お客様サポート", Introduction: "Customers ask, we answer", Owner: "peter"},
	{Type: "Community", Name: "玩家 Players", Notification: "Raid on Friday, 20:00", Owner: "peter"},
}

// difference says where an IMGroup differs from the group in the cloud, "" for nowhere.
func difference(g fakeim.Group, s imv1alpha1.IMGroupStatus) string {
	custom := map[string]string{}
	for key, value := range s.CustomFields {
		if value != "" { // what was asked for and is not there is known to be empty
			custom[key] = value
		}
	}
	for _, f := range []struct {
		field, want string
		got         *string
	}{
		{"type", g.Type, s.Type}, {"name", g.Name, s.Name}, {"introduction", g.Introduction, s.Introduction},
		{"notification", g.Notification, s.Notification}, {"face URL", g.FaceURL, s.FaceURL}, {"owner", g.Owner, s.Owner},
	} {
		if f.got == nil || *f.got != f.want {
			return fmt.Sprintf("%s is %s, in the cloud %q", f.field, known(f.got), f.want)
		}
	}
	if !maps.Equal(custom, g.Custom) {
		return fmt.Sprintf("custom fields are %v, in the cloud %v", custom, g.Custom)
	}
	return ""
}

// fromCallbacks reports whether a callback told the newest of a group.
func fromCallbacks(s imv1alpha1.IMGroupStatus) bool {
	return s.LastChange != nil && s.LastChange.Source == imv1alpha1.SourceCallback
}
