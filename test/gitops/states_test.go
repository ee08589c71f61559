// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// documented is a row of the table of conditions in a page of docs/crds: a type, which is left out where it is that of the
// row above, a status and a reason.
var documented = regexp.MustCompile("(?m)^\\| (?:`(\\w+)` )?\\| (True|False|Unknown)/(?:`(\\w+)`|the reason of Ready) \\|")

// told are the conditions of which Argo CD's message tells, and when.
var told = map[string]string{"CallbackAuthenticated": "False", "Resynced": "False", "NameConflict": "True", "Destroyed": "True"}

// Ready alone decides, in every state that the documents know; the other conditions only add to the message.
func TestToolsJudgeEveryDocumentedState(t *testing.T) {
	t.Parallel()
	for kind, words := range map[string][]string{
		"IMApp":   {appReady, appSuspended, appNoSecret, appNoToken, appNoRight, appBadSpec},
		"IMGroup": {groupTracked, groupNoApp, groupTaken, groupInvalid},
	} {
		text, err := os.ReadFile(root + "/docs/crds/" + strings.ToLower(kind) + ".md")
		must(t, err)
		seen, condition := 0, ""
		for _, row := range documented.FindAllStringSubmatch(string(text), -1) {
			if row[1] != "" {
				condition = row[1]
			}
			switch condition {
			case imv1alpha1.ConditionReady:
				seen++
				checkJudgement(t, kind, words, row[2], row[3])
			case imv1alpha1.ConditionReconciling, imv1alpha1.ConditionStalled: // they come with Ready
			default:
				checkTold(t, kind, words[0], condition, row[2])
			}
		}
		if seen != len(words) {
			t.Errorf("%s: the documents have %d states of Ready, want %d", kind, seen, len(words))
		}
	}
}

// checkJudgement judges an object whose Ready is so.
func checkJudgement(t *testing.T, kind string, words []string, status, reason string) {
	t.Helper()
	conditions := []any{conditionOf("Ready", status, reason)}
	switch {
	case kind != "IMApp" || status == "True":
	case reason == imv1alpha1.ReasonInvalidSpec:
		conditions = append(conditions, conditionOf("Stalled", "True", reason))
	default:
		conditions = append(conditions, conditionOf("Reconciling", "True", reason))
	}
	got := judged(objectWith(kind, conditions...))
	for _, want := range words {
		if got == want {
			return
		}
	}
	t.Errorf("%s with Ready %s/%s is %q", kind, status, reason, got)
}

// checkTold judges an object that is ready and has one condition more.
func checkTold(t *testing.T, kind, want, condition, status string) {
	t.Helper()
	reason, _, _ := strings.Cut(want, ":")
	o := objectWith(kind, conditionOf("Ready", "True", reason), conditionOf(condition, status, "Whatever"))
	if got := judged(o); got != want {
		t.Errorf("%s with %s %s is %q, want %q", kind, condition, status, got, want)
	}
	a, err := world.argo.health(o)
	must(t, err)
	if tells := strings.Contains(a.Message, messageOf(condition)); tells != (condition == "Synced" || told[condition] == status) {
		t.Errorf("%s with %s %s: Argo CD's message is %q", kind, condition, status, a.Message)
	}
}

func conditionOf(kind, status, reason string) map[string]any {
	return map[string]any{"type": kind, "status": status, "reason": reason, "message": messageOf(kind)}
}

func messageOf(condition string) string { return "of " + condition }

// objectWith is one that the operator has looked at.
func objectWith(kind string, conditions ...any) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"name": "chat", "namespace": "chat", "generation": int64(2)},
		"status":   map[string]any{"observedGeneration": int64(2), "conditions": conditions},
	}}
	o.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind(kind))
	return o
}
