// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/notifier"
)

func TestTheRulesOfTheExampleAreValid(t *testing.T) {
	receivers, err := notifier.Parse([]byte(textOf(t, folder+"notify/rules.yaml")))
	must(t, err)
	if len(receivers) != 1 || len(receivers[0].Rules) != 2 {
		t.Errorf("they are %+v", receivers)
	}
}

func TestWrongRulesAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "no receivers",
		"receivers: []":                       "no receivers",
		"receivers: [{name: a, kind: Pager}]": `kind "Pager" is not one of Feishu, WeCom, DingTalk, Slack`,
		"receivers: [{name: a, kind: Slack, url: x}]":                          `unknown field "url"`,
		"receivers: [{name: A/b, kind: Slack}]":                                "a name has",
		"receivers: [{name: a, kind: Slack}, {name: a, kind: Feishu}]":         `two receivers "a"`,
		"receivers: [{name: a, kind: Slack, rules: [{fields: [title]}]}]":      `field "title" is not one of`,
		"receivers: [{name: a, kind: Slack, rules: [{fields: [custom]}]}]":     `field "custom" is not one of`,
		"receivers: [{name: a, kind: Slack, rules: [{fields: notification}]}]": "cannot unmarshal",
	} {
		if _, err := notifier.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// One message for each field of two groups of two IMApps; the rules say which are told.
func TestTheRulesSelectByAppGroupAndField(t *testing.T) {
	all := []string{"chat a name", "chat a notification", "chat vip-b name", "chat vip-b notification", "shop a name", "shop a notification",
		"shop vip-b name", "shop vip-b notification"}
	only := func(words ...string) (some []string) {
		for _, one := range all {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(" "+one+" ", w) }) {
				some = append(some, one)
			}
		}
		return some
	}
	for rules, want := range map[string][]string{
		"[]":                       all,
		"[{}]":                     all,
		"[{apps: [chat]}]":         only("chat "),
		"[{apps: [chat, shop]}]":   all,
		"[{groups: ['vip-*']}]":    only("vip-"),
		"[{groups: ['*p-*', a]}]":  all,
		"[{groups: ['*-*-*']}]":    nil,
		"[{groups: ['v*b*b']}]":    nil,
		"[{groups: ['']}]":         nil,
		"[{groups: ['**']}]":       all,
		"[{fields: [name]}]":       only(" name"),
		"[{fields: ['not*tion']}]": only(" notification"),
		"[{fields: [owner]}]":      nil,
		"[{apps: [chat], groups: [a], fields: [name]}]": {"chat a name"},
		"[{apps: [chat], groups: [a], fields: [name]}, {groups: ['vip*'], fields: [notification], apps: ['s*']}]": {
			"chat a name", "shop vip-b notification"},
	} {
		got := toldBy(t, rules, all)
		if err := differs(want, got); err != nil {
			t.Errorf("%s: %v", rules, err)
		}
	}
}

// toldBy makes changes, each described by its value, and returns the values that a receiver with the rules is told.
func toldBy(t *testing.T, rules string, all []string) (told []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := newNotes(t, "receivers: [{name: a, kind: Slack, rules: "+rules+"}]")
		for _, one := range all {
			words := strings.Fields(one)
			n.set(words[0], words[1], words[2], one)
			must(t, n.settle())
		}
		for _, text := range n.hook.texts() {
			_, value, _ := strings.Cut(strings.Split(text, "\n")[1], ": ")
			told = append(told, value)
		}
	})
	slices.Sort(told)
	return told
}
