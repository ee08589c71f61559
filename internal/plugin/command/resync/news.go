// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// printNothing says what it may mean that nothing is new.
func (a *asker) printNothing(g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp, timeout time.Duration) error {
	why := "Tencent says what is known already, or the operator is busy."
	if c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced); c != nil && c.Status == metav1.ConditionFalse {
		why = "The newest resync of the IMApp failed: " + c.Reason + ": " + terminal.Visible(words.Sentence(c.Message))
	}
	return a.Screen().Line("Nothing new of the IMGroup %s within %s: %s", cluster.FullName(g), timeout, why)
}

// printNews shows what a resync found, a line each.
func (a *asker) printNews(g *imv1alpha1.IMGroup, news []changes.Change) error {
	s := a.Screen()
	if err := s.Line("%s %s:", s.Paint(screen.Green, "Resynced"), cluster.FullName(g)); err != nil {
		return err
	}
	return printChanges(s, news)
}

func printChanges(s screen.Screen, all []changes.Change) error {
	for i := range all {
		field := fieldName(s, all[i].Field)
		if err := s.Line("  %s: %s", s.Paint(screen.Cyan, field), s.OldToNew(words.Known(all[i].Old), words.Known(all[i].New), s.Width()-terminal.Columns(field)-len("  : "))); err != nil {
			return err
		}
	}
	return nil
}

// fieldName leaves the most of a line to the values.
func fieldName(s screen.Screen, field string) string {
	if width := s.Width(); width > 0 {
		return terminal.Cut(field, width/3)
	}
	return terminal.Visible(field)
}
