// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

func (p *plugin) resyncGroup(ctx context.Context, k *cluster, name string, o *resyncOptions) error {
	before, err := k.group(ctx, name)
	if err != nil {
		return err
	}
	app, err := k.app(ctx, before.Spec.AppRef.Name)
	switch {
	case apierrors.IsNotFound(err):
		return refused("the IMApp %s of the IMGroup does not exist", before.Spec.AppRef.Name)
	case err != nil:
		return err
	}
	if err := canResync(app); err != nil {
		return err
	}
	r := &resyncResult{Kind: "IMGroup", Namespace: before.Namespace, Name: before.Name, Outcome: outcomeAsked}
	if r.Request, err = p.ask(ctx, k, before.DeepCopy()); err != nil {
		return err
	}
	if !o.wait {
		return p.conclude(r, o, nil, func() error { return p.screen().Line("A resync of the IMGroup %s is asked for.", fullName(before)) })
	}
	return p.awaitNews(ctx, k, app, before, r, o)
}

// awaitNews waits until the IMGroup has changed, or the IMApp says that its groups cannot be fetched.
func (p *plugin) awaitNews(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, before *imv1alpha1.IMGroup, r *resyncResult, o *resyncOptions) error {
	timeout, was := cmp.Or(o.timeout, groupTimeout), app.DeepCopy()
	err := p.await(ctx, lookEvery, timeout, func(ctx context.Context) (bool, error) {
		now, err := k.look(ctx, before, app)
		if err != nil {
			return false, err
		}
		if r.Changes = changes.Between(before, now, p.now()); len(r.Changes) > 0 {
			return true, nil
		}
		return false, cmp.Or(fault(now, app, was), canResync(app))
	})
	if isLate(err) {
		r.Outcome = outcomeUnchanged
		return p.conclude(r, o, nil, func() error { return p.printNothing(before, app, timeout) })
	}
	r.Outcome = cmp.Or(outcomeOf(err), outcomeChanged)
	return p.conclude(r, o, err, func() error { return p.printNews(before, r.Changes) })
}

// look reads an IMGroup and its IMApp again.
func (c *cluster) look(ctx context.Context, g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp) (*imv1alpha1.IMGroup, error) {
	now := &imv1alpha1.IMGroup{}
	if err := c.Get(ctx, client.ObjectKeyFromObject(g), now); err != nil {
		return nil, err
	}
	if now.UID != g.UID {
		return nil, refused("the IMGroup %s was deleted and made anew meanwhile", g.Name)
	}
	return now, c.Get(ctx, client.ObjectKeyFromObject(app), app)
}

// printNothing says what it may mean that nothing is new.
func (p *plugin) printNothing(g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp, timeout time.Duration) error {
	why := "Tencent says what is known already, or the operator is busy."
	if c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced); c != nil && c.Status == metav1.ConditionFalse {
		why = "The newest resync of the IMApp failed: " + c.Reason + ": " + terminal.Visible(sentence(c.Message))
	}
	return p.screen().Line("Nothing new of the IMGroup %s within %s: %s", fullName(g), timeout, why)
}

// printNews shows what a resync found, a line each.
func (p *plugin) printNews(g *imv1alpha1.IMGroup, news []changes.Change) error {
	s := p.screen()
	if err := s.Line("%s %s:", s.Paint(screen.Green, "Resynced"), fullName(g)); err != nil {
		return err
	}
	return printChanges(s, news)
}

func printChanges(s screen.Screen, all []changes.Change) error {
	for i := range all {
		field := fieldName(s, all[i].Field)
		if err := s.Line("  %s: %s", s.Paint(screen.Cyan, field), oldToNew(s, &all[i], s.Width()-terminal.Columns(field)-len("  : "))); err != nil {
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

// fault is why a group could not be fetched, as far as conditions tell that have changed since it was asked for.
func fault(g *imv1alpha1.IMGroup, app, was *imv1alpha1.IMApp) error {
	if c := meta.FindStatusCondition(g.Status.Conditions, imv1alpha1.ConditionReady); c != nil && c.Reason == imv1alpha1.ReasonInvalidGroupID {
		return refused("the group cannot be fetched: %s", sentence(c.Message))
	}
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	before := meta.FindStatusCondition(was.Status.Conditions, imv1alpha1.ConditionResynced)
	if c != nil && c.Status == metav1.ConditionFalse && (before == nil || before.Status != c.Status || before.Message != c.Message) {
		return refused("the group cannot be fetched: %s: %s", c.Reason, sentence(c.Message))
	}
	return nil
}
