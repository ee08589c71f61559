// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package changes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// at is a moment, in seconds after a beginning.
func at(seconds int) metav1.MicroTime { return metav1.NewMicroTime(time.Unix(int64(1000+seconds), 0)) }

// group is an IMGroup that has learned values, each at a time.
func group(edits ...func(*imv1alpha1.IMGroup)) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: "ops", UID: "1", CreationTimestamp: metav1.NewTime(at(1).Time)}}
	for _, edit := range edits {
		edit(g)
	}
	return g
}

func clock(field string, seconds int) func(*imv1alpha1.IMGroup) {
	return func(g *imv1alpha1.IMGroup) {
		if g.Status.FieldTimes == nil {
			g.Status.FieldTimes = map[string]imv1alpha1.EventTime{}
		}
		g.Status.FieldTimes[field] = imv1alpha1.EventTime{MicroTime: at(seconds)}
	}
}

func name(s string, seconds int) func(*imv1alpha1.IMGroup) {
	return func(g *imv1alpha1.IMGroup) { g.Status.Name = &s; clock("name", seconds)(g) }
}

func custom(key, value string, seconds int) func(*imv1alpha1.IMGroup) {
	return func(g *imv1alpha1.IMGroup) {
		if g.Status.CustomFields == nil {
			g.Status.CustomFields = map[string]string{}
		}
		g.Status.CustomFields[key] = value
		clock("custom/"+key, seconds)(g)
	}
}

func disbanded(seconds int) func(*imv1alpha1.IMGroup) {
	return func(g *imv1alpha1.IMGroup) {
		t := at(seconds)
		g.Status.DestroyedTime = &t
		clock("destroyed", seconds)(g)
	}
}

func last(operator string, seconds int) func(*imv1alpha1.IMGroup) {
	return func(g *imv1alpha1.IMGroup) {
		g.Status.LastChange = &imv1alpha1.LastChange{EventTime: at(seconds), Operator: operator, Source: imv1alpha1.SourceCallback}
	}
}

func uid(uid types.UID) func(*imv1alpha1.IMGroup) {
	return func(g *imv1alpha1.IMGroup) { g.UID = uid }
}

func TestBetween(t *testing.T) {
	for _, test := range []struct {
		name     string
		old, new *imv1alpha1.IMGroup
		want     []string
	}{
		{"nothing at all", nil, nil, nil},
		{"nothing changed", group(name("a", 1)), group(name("a", 1)), nil},
		{"the same value at a later time is no change", group(name("a", 1)), group(name("a", 2)), nil},
		{"another value, by whom the newest change names", group(name("a", 1)), group(name("b", 2), last("leckie", 2)), []string{"2 name a → b by leckie"}},
		{"a newer change came with it, so nobody knows who", group(name("a", 1)), group(name("b", 2), last("leckie", 3)), []string{"2 name a → b by "}},
		{"the first value", group(), group(name("", 2)), []string{"2 name ? →  by "}},
		{"the oldest first", group(), group(name("b", 5), custom("Region", "eu", 3)), []string{"3 custom/Region ? → eu by ", "5 name ? → b by "}},
		{"custom fields by key", group(custom("b", "1", 1)), group(custom("a", "1", 3), custom("b", "2", 3)), []string{"3 custom/a ? → 1 by ", "3 custom/b 1 → 2 by "}},
		{"what is gone, at the time of now", group(custom("b", "1", 1)), group(), []string{"99 custom/b 1 → ? by "}},
		{"disbanded", group(name("a", 1)), group(name("a", 1), disbanded(4), last("", 4)), []string{"4 group exists → disbanded by "}},
		{"exists again", group(disbanded(4)), group(clock("alive", 6)), []string{"6 group disbanded → exists by "}},
		{"created, with what is known", nil, group(name("a", 2)), []string{"1 imgroup ? → created by ", "2 name ? → a by "}},
		{"deleted", group(name("a", 1)), nil, []string{"99 imgroup created → deleted by "}},
		{"made anew meanwhile", group(name("a", 1)), group(uid("2"), name("b", 2)),
			[]string{"99 imgroup created → deleted by ", "1 imgroup ? → created by ", "2 name ? → b by "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range Between(test.old, test.new, at(99).Time) {
				got = append(got, fmt.Sprintf("%d %s %s → %s by %s", c.Time.Unix()-1000, c.Field, word(c.Old), word(c.New), c.Operator))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func word(s *string) string {
	if s == nil {
		return "?"
	}
	return strings.TrimSpace(*s)
}
