// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// named is an IMGroup whose newest change a callback told of, seconds after the beginning.
func named(object, version, name string, seconds int64) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: object, UID: "1", ResourceVersion: version}}
	g.Spec.GroupID, g.Spec.AppRef.Name = "@TGS#"+object, "app"
	g.Status.Name = &name
	g.Status.LastChange = &imv1alpha1.LastChange{EventTime: metav1.NewMicroTime(time.Unix(seconds, 0)), Operator: "leckie", Source: imv1alpha1.SourceCallback}
	return g
}

// hubAt is a hub at a time that stands still, with a stream that has read all.
func hubAt(seconds int64, groups ...any) (*hub, *groupStore, *stream) {
	h := newHub(func() time.Time { return time.Unix(seconds, 0) })
	store := &groupStore{hub: h}
	_ = store.Replace(groups, "")
	s := h.join()
	h.take(s, place{})
	return h, store, s
}

func TestAChangeIsToldWithItsLag(t *testing.T) {
	h, store, s := hubAt(12, named("a", "1", "x", 5))
	_ = store.Update(named("a", "2", "y", 10))
	m := h.take(s, place{})
	x, y, lag := "x", "y", int64(2000)
	want := []moment{{Key: "chat/a", App: "chat/app", ID: "@TGS#a", Name: &y, Seen: 12000, Lag: &lag, By: "leckie", Changes: []change{{"name", &x, &y}}}}
	if diff := cmp.Diff(want, m.Past); diff != "" || len(m.Groups) != 1 || m.Groups[0].Key != "chat/a" || m.Left != 0 {
		t.Errorf("%+v (-want +got):\n%s", m, diff)
	}
}

func TestWhatIsNoNews(t *testing.T) {
	h, store, s := hubAt(12, named("a", "1", "x", 5))
	_ = store.Add(named("a", "1", "x", 5))
	if m := h.take(s, place{}); len(m.Groups)+len(m.Past) > 0 {
		t.Errorf("the same version again: %+v", m)
	}
	_ = store.Replace([]any{named("a", "2", "y", 6)}, "")
	if m := h.take(s, place{}); len(m.Past) != 1 || m.Past[0].Lag != nil {
		t.Errorf("what another list differs in has no lag: %+v", m.Past)
	}
}

func TestManyChangesOfAGroupAreSentOnce(t *testing.T) {
	h, store, s := hubAt(12, named("a", "1", "x", 5))
	for i := range 3 * maxPast {
		_ = store.Update(named("a", fmt.Sprint(i+2), fmt.Sprint(i), 6))
	}
	if m := h.take(s, place{}); len(m.Groups) != 1 || *m.Groups[0].Name != fmt.Sprint(3*maxPast-1) || len(m.Past) != maxPast || len(h.past) != maxPast {
		t.Errorf("%d groups, %d moments", len(m.Groups), len(m.Past))
	}
}

func TestAPageIsToldOfAllInParts(t *testing.T) {
	var all []any
	for i := range 2*maxRows + 1 {
		all = append(all, named(fmt.Sprint(i), "1", "x", 5))
	}
	h, store, _ := hubAt(12, all...)
	_ = store.Delete(named("7", "1", "x", 5))
	s, seen, rounds := h.join(), map[string]bool{}, 0
	for left := 1; left > 0; rounds++ {
		m := h.take(s, place{Namespace: "chat"})
		if (m.Reset != nil) != (rounds == 0) || rounds == 0 && (m.Reset.Total != 2*maxRows || m.Apps == nil || len(m.Past) != 1) {
			t.Errorf("message %d: %+v", rounds, m)
		}
		for _, r := range m.Groups {
			seen[r.Key] = true
		}
		left = m.Left
	}
	if len(seen) != 2*maxRows || rounds != 2 {
		t.Errorf("%d groups in %d messages", len(seen), rounds)
	}
}

func TestWhatIsGoneIsTold(t *testing.T) {
	h, store, s := hubAt(12, named("a", "1", "x", 5))
	_ = store.Delete(named("a", "1", "x", 5))
	if m := h.take(s, place{}); len(m.Gone) != 1 || m.Gone[0] != "chat/a" || len(m.Past) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestLongTextsAreCutAtACharacter(t *testing.T) {
	long := strings.Repeat("群", maxText+1)
	if got := *cut(&long); got != strings.Repeat("群", maxText)+"…" {
		t.Errorf("%d bytes", len(got))
	}
	short := strings.Repeat("群", maxText)
	if got := *cut(&short); got != short {
		t.Error("a text that fits is cut")
	}
}

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{"/home/me/.kube/config": "/home/me/.kube/config", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'"} {
		if got := quote(word); got != want {
			t.Errorf("%s becomes %s", word, got)
		}
	}
}

func TestStates(t *testing.T) {
	condition := func(kind, reason string, status metav1.ConditionStatus) metav1.Condition {
		return metav1.Condition{Type: kind, Reason: reason, Status: status}
	}
	ready := condition(imv1alpha1.ConditionReady, imv1alpha1.ReasonTracking, metav1.ConditionTrue)
	for want, conditions := range map[string][]metav1.Condition{
		stateWaiting: nil,
		stateFailing: {condition(imv1alpha1.ConditionReady, imv1alpha1.ReasonAppNotFound, metav1.ConditionFalse)},
	} {
		g := named("a", "1", "x", 5)
		g.Status.Conditions = conditions
		if got, _ := stateOf(g); got != want {
			t.Errorf("%v: %s, want %s", conditions, got, want)
		}
	}
	gone := named("a", "1", "x", 5)
	gone.Status.Conditions = []metav1.Condition{ready}
	gone.Status.LastChange = nil
	if got, _ := stateOf(gone); got != stateWaiting {
		t.Errorf("nothing was heard, yet it is %s", got)
	}
}
