// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

// recorder is a follower at a time that does not move by itself, and what it has shown and said.
type recorder struct {
	follower
	at   time.Time
	news []string
	said bytes.Buffer
	err  error
}

func newRecorder(names ...string) *recorder {
	r := &recorder{at: time.Unix(1000, 0)}
	e := &cli.Env{Now: func() time.Time { return r.at }}
	e.ErrOut = &r.said
	r.follower = follower{Env: e, namespace: "chat", names: names, end: func(err error) { r.err = err }, show: func(all []changes.Change) error {
		for i := range all {
			r.news = append(r.news, fmt.Sprintf("%s %s %s → %s", all[i].Name, all[i].Field, words.Known(all[i].Old), words.Known(all[i].New)))
		}
		return nil
	}}
	return r
}

func named(name string, uid types.UID, value string, seconds int64) any {
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: name, UID: uid, ResourceVersion: "7",
		CreationTimestamp: metav1.NewTime(time.Unix(seconds, 0)), Annotations: map[string]string{"a": "b"}}}
	g.Status.Name = &value
	g.Status.FieldTimes = map[string]imv1alpha1.EventTime{"name": {MicroTime: metav1.NewMicroTime(time.Unix(seconds, 0))}}
	g.Status.Conditions = []metav1.Condition{{Type: "Ready"}}
	return g
}

const greeting = `Watching 2 IMGroups in the namespace chat; Ctrl-C ends it.
There is no IMGroup c in the namespace chat yet; it is waited for.
`

func TestWhatIsShown(t *testing.T) {
	start := []any{named("a", "1", "x", 5), named("b", "2", "y", 6)}
	for _, test := range []struct {
		name string
		do   func(*recorder) error
		want []string
	}{
		{"nothing of the first list", func(*recorder) error { return nil }, nil},
		{"a change", func(r *recorder) error { return r.Update(named("a", "1", "z", 7)) }, []string{"a name x → z"}},
		{"nothing of what is known", func(r *recorder) error { return r.Add(named("a", "1", "x", 5)) }, nil},
		{"a new one", func(r *recorder) error { return r.Add(named("c", "3", "z", 7)) }, []string{"c imgroup - → created", "c name - → z"}},
		{"none that nobody wants", func(r *recorder) error { return r.Add(named("d", "4", "z", 7)) }, nil},
		{"one that is gone", func(r *recorder) error { return r.Delete(named("a", "1", "x", 5)) }, []string{"a imgroup created → deleted"}},
		{"one that comes again", func(r *recorder) error {
			return errors.Join(r.Delete(named("a", "1", "x", 5)), r.Add(named("a", "9", "x", 8)))
		}, []string{"a imgroup created → deleted", "a imgroup - → created", "a name - → x"}},
		{"the same list again", func(r *recorder) error { return r.Replace([]any{named("b", "2", "y", 6), named("a", "1", "x", 5)}, "") }, nil},
		{"what differs in another list, the oldest first", func(r *recorder) error {
			return r.Replace([]any{named("b", "2", "later", 9), named("a", "1", "earlier", 8)}, "")
		}, []string{"a name x → earlier", "b name y → later"}},
		{"what is gone from another list, and made anew", func(r *recorder) error { return r.Replace([]any{named("b", "9", "y", 9)}, "") },
			[]string{"b imgroup created → deleted", "b imgroup - → created", "b name - → y", "a imgroup created → deleted"}},
		{"once alone", func(r *recorder) error {
			return errors.Join(r.Replace([]any{named("a", "1", "z", 7)}, ""), r.Replace([]any{named("a", "1", "z", 7)}, ""), r.Add(named("a", "1", "z", 7)))
		}, []string{"a name x → z", "b imgroup created → deleted"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRecorder("a", "b", "c", "c")
			if err := errors.Join(r.Replace(start, ""), test.do(r)); err != nil || r.err != nil {
				t.Fatal(err, r.err)
			}
			if diff := cmp.Diff(test.want, r.news); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := r.said.String(); got != greeting {
				t.Errorf("it says\n%s", got)
			}
		})
	}
}

func TestWhatIsKeptIsLean(t *testing.T) {
	g, err := newRecorder().Transformer()(named("a", "1", "x", 5))
	if kept := g.(*imv1alpha1.IMGroup); err != nil || kept.Annotations != nil || kept.ResourceVersion != "" || kept.Status.Conditions != nil || *kept.Status.Name != "x" {
		t.Errorf("%+v, %v", kept, err)
	}
}

func TestAReaderThatIsGoneEndsIt(t *testing.T) {
	r := newRecorder()
	full := errors.New("no space left")
	r.show = func([]changes.Change) error { return full }
	if err := errors.Join(r.Replace(nil, ""), r.Add(named("a", "1", "x", 5))); err != nil || !errors.Is(r.err, full) {
		t.Errorf("%v; it ended with %v", err, r.err)
	}
}
