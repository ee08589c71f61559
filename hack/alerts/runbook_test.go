// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package alerts

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const runbook = "docs/operations.md"

// anchors are those of a page's headings, as code hosts make them: lower case, blanks become hyphens, punctuation goes.
func anchors(page string) (all []string) {
	for _, m := range regexp.MustCompile("(?m)^#{1,6} (.*)$").FindAllStringSubmatch(page, -1) {
		plain := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

func TestEveryAlertSaysHowBadItIsAndWhatToDo(t *testing.T) {
	known := anchors(string(read(t, runbook)))
	for _, rule := range readRules(t) {
		if s := rule.Labels["severity"]; s != "critical" && s != "warning" {
			t.Errorf("%s has the severity %q", rule.Alert, s)
		}
		for _, name := range []string{"summary", "description"} {
			if rule.Annotations[name] == "" {
				t.Errorf("%s has no %s", rule.Alert, name)
			}
		}
		anchor, ok := strings.CutPrefix(rule.Annotations["runbook_url"],
			"https://github.com/imgroup-operator/imgroup-operator/blob/main/"+runbook+"#")
		if !ok || anchor != strings.ToLower(rule.Alert) || !slices.Contains(known, anchor) {
			t.Errorf("%s: %s has no paragraph %q", rule.Alert, runbook, anchor)
		}
	}
}

func TestTheRunbookHasNoAlertThatIsGone(t *testing.T) {
	rules := readRules(t)
	for _, m := range regexp.MustCompile(`(?m)^#+ (Imgroup\w+)$`).FindAllStringSubmatch(string(read(t, runbook)), -1) {
		if len(named(rules, m[1])) == 0 {
			t.Errorf("there is no alert %s", m[1])
		}
	}
}
