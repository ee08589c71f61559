// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// witness sees every version of one object and has each judged by kstatus and by Argo CD.
type witness struct {
	t    *testing.T
	name string
	stop func()
	done chan struct{}

	mu    sync.Mutex
	words []string // of the versions; those that say the same as the one before are left out
	seen  int      // versions
}

// watchOne begins before the object is there, so that no version is missed.
func watchOne(t *testing.T, namespace, kind, name string) *witness {
	t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind(kind + "List"))
	versions, err := world.admin.Watch(t.Context(), list, client.InNamespace(namespace), client.MatchingFields{"metadata.name": name})
	must(t, err)
	w := &witness{t: t, name: kind + " " + name, stop: versions.Stop, done: make(chan struct{})}
	go w.run(versions.ResultChan())
	t.Cleanup(func() {
		w.stop()
		<-w.done
	})
	return w
}

func (w *witness) run(versions <-chan watch.Event) {
	defer close(w.done)
	for e := range versions {
		word := "gone"
		if o, ok := e.Object.(*unstructured.Unstructured); !ok {
			word = fmt.Sprintf("the watch failed: %v", e.Object)
		} else if e.Type != watch.Deleted {
			word = judged(o)
		}
		w.mu.Lock()
		if w.seen++; len(w.words) == 0 || w.words[len(w.words)-1] != word {
			w.words = append(w.words, word)
		}
		w.mu.Unlock()
	}
}

// judged puts into words what a version says of itself, and what kstatus and Argo CD say of it.
func judged(o *unstructured.Unstructured) string {
	k, err := status.Compute(o)
	a, errArgo := world.argo.health(o)
	if err := errors.Join(err, errArgo); err != nil {
		return "error: " + err.Error()
	}
	state := stateOf(o)
	if early := []string{"new", "stale"}; slices.Contains(early, state) && (k.Status != status.InProgressStatus || a.Health != "Progressing") {
		state += " AND JUDGED TOO EARLY"
	}
	return fmt.Sprintf("%s: %s, %s", state, k.Status, a.Health)
}

// stateOf is the reason of Ready, where the operator has looked at this version.
func stateOf(o *unstructured.Unstructured) string {
	observed, _, _ := unstructured.NestedInt64(o.Object, "status", "observedGeneration")
	switch {
	case o.GetDeletionTimestamp() != nil:
		return "deleted"
	case observed < 1:
		return "new"
	case observed != o.GetGeneration():
		return "stale"
	}
	conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, c := range conditions {
		if c, ok := c.(map[string]any); ok && c["type"] == imv1alpha1.ConditionReady {
			return fmt.Sprint(c["reason"])
		}
	}
	return "without Ready"
}

// await waits until the newest version says something.
func (w *witness) await(word string) {
	w.t.Helper()
	w.awaitWithin(harness.Patience, word)
}

func (w *witness) awaitWithin(limit time.Duration, word string) {
	w.t.Helper()
	within(w.t, limit, w.name+" is "+word, func() error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.words) == 0 || w.words[len(w.words)-1] != word {
			return fmt.Errorf("so far %q", w.words)
		}
		return nil
	})
}

// saw compares all versions with those that must have been.
func (w *witness) saw(want ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if diff := cmp.Diff(want, w.words); diff != "" {
		w.t.Errorf("the versions of %s (-want +got):\n%s", w.name, diff)
	}
	w.t.Logf("%s: %d versions", w.name, w.seen)
}
