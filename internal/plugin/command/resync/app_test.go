// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// resyncs is an IMApp whose newest resync began and ended at seconds; 0 is not yet.
func resyncs(handled string, began, ended int64) *imv1alpha1.IMApp {
	app := &imv1alpha1.IMApp{Status: imv1alpha1.IMAppStatus{Resync: &imv1alpha1.ResyncStatus{LastHandledRequest: handled}}}
	for at, to := range map[int64]**metav1.Time{began: &app.Status.Resync.StartTime, ended: &app.Status.Resync.CompletionTime} {
		if at > 0 {
			t := metav1.NewTime(time.Unix(at, 0))
			*to = &t
		}
	}
	return app
}

func TestHowFarAResyncIs(t *testing.T) {
	never := &imv1alpha1.IMApp{}
	for _, test := range []struct {
		name         string
		asked, now   *imv1alpha1.IMApp
		begun, ended bool
	}{
		{"none was tried", never, never, false, false},
		{"the first one runs", never, resyncs("", 5, 0), true, false},
		{"an old one has ended", resyncs("old", 5, 6), resyncs("old", 5, 6), false, false},
		{"an old one runs still", resyncs("old", 5, 0), resyncs("old", 5, 0), false, false},
		{"the own one runs, by whatever clock", resyncs("old", 5, 6), resyncs("old", 2, 0), true, false},
		{"a new leader begins again", resyncs("old", 5, 6), resyncs("old", 9, 0), true, false},
		{"the own one has ended", resyncs("old", 5, 6), resyncs("own", 7, 8), false, true},
		{"the next one runs already", resyncs("old", 5, 6), resyncs("own", 9, 0), true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if b, e := begun(test.now, test.asked), ended(test.now, "own"); b != test.begun || e != test.ended {
				t.Errorf("begun: %t, ended: %t", b, e)
			}
		})
	}
}

func TestARequestIsCutAsTheStatusCutsIt(t *testing.T) {
	app := &imv1alpha1.IMApp{}
	app.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: strings.Repeat("今", imv1alpha1.MaxResyncRequestLength+1)}
	if got := requestOf(app); got != strings.Repeat("今", imv1alpha1.MaxResyncRequestLength) {
		t.Errorf("it is %q", got)
	}
	if got := requestOf(&imv1alpha1.IMApp{}); got != "" {
		t.Errorf("without one it is %q", got)
	}
}
