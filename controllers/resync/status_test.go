// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func running(app *imv1alpha1.IMApp) {
	setResynced(app, metav1.ConditionUnknown, imv1alpha1.ReasonResyncRunning, "m")
}

func TestAStatusIsWrittenIntoTheIMAppAsItIsNow(t *testing.T) {
	recreated := withREST()
	recreated.UID = "before"
	gone := withREST()
	gone.Name = "gone"
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "imapps"}, "chat", errors.New("changed"))
	for why, c := range map[string]struct {
		app  *imv1alpha1.IMApp // for which it is meant
		fail map[string]error
		want error
	}{
		"as it is":          {withREST(), nil, nil},
		"recreated":         {recreated, nil, errInterrupted},
		"gone":              {gone, nil, errInterrupted},
		"the server fails":  {withREST(), map[string]error{"get": errAway}, errAway},
		"it says no":        {withREST(), map[string]error{"patch": errAway}, errAway},
		"always a conflict": {withREST(), map[string]error{"patch": conflict}, conflict},
	} {
		in(t, withREST(), func(w *world) {
			for verb, err := range c.fail {
				w.fail.set(verb, err)
			}
			if err := w.status.patch(w.t.Context(), c.app, running); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", why, err, c.want)
			}
			if wrote := len(w.app().Status.Conditions) > 0; wrote != (c.want == nil) {
				t.Errorf("%s: wrote %t", why, wrote)
			}
			if err := w.status.patchCurrent(w.t.Context(), c.app, running); (err == nil) != (c.want == nil || errors.Is(c.want, errInterrupted)) {
				t.Errorf("%s: %v; that an IMApp is gone does not matter", why, err)
			}
		})
	}
}

func TestAStatusThatIsTheSameIsNotWritten(t *testing.T) {
	in(t, withREST(), func(w *world) {
		for range 2 {
			if err := w.status.patch(w.t.Context(), w.app(), running); err != nil {
				t.Error(err)
			}
			w.fail.set("patch", errAway) // which the second one must not meet
		}
		if err := w.status.awaiting(w.t.Context(), w.app()); err != nil {
			t.Errorf("%v: where there is a condition nothing is awaited", err)
		}
		if w.says(w.app(), metav1.ConditionUnknown, imv1alpha1.ReasonResyncRunning, "m"); w.status.isCurrent(w.t.Context(), w.app()) != true {
			t.Error("a change of the status makes no other IMApp of it")
		}
	})
}

func TestAFailureEndsAResyncThatHasNotBegun(t *testing.T) {
	in(t, withREST(), func(w *world) {
		if err := w.status.failed(w.t.Context(), w.app(), errStalled); err != nil {
			w.t.Fatal(err)
		}
		s := w.app().Status.Resync
		if s.StartTime == nil || s.CompletionTime == nil || s.Watermark != nil || s.LastHandledRequest != "" {
			t.Errorf("%+v", s)
		}
		w.says(w.app(), metav1.ConditionFalse, imv1alpha1.ReasonResyncFailed, errStalled.Error())
	})
}
