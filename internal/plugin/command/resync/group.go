// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"cmp"
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

// group asks for a resync of one group.
func (a *asker) group(ctx context.Context, name string) error {
	before, err := a.cluster.Group(ctx, name)
	if err != nil {
		return err
	}
	app, err := a.cluster.App(ctx, before.Spec.AppRef.Name)
	switch {
	case apierrors.IsNotFound(err):
		return exit.Refused("the IMApp %s of the IMGroup does not exist", before.Spec.AppRef.Name)
	case err != nil:
		return err
	}
	if err := canResync(app); err != nil {
		return err
	}
	r := &result{Kind: "IMGroup", Namespace: before.Namespace, Name: before.Name, Outcome: outcomeAsked}
	if r.Request, err = a.ask(ctx, before.DeepCopy()); err != nil {
		return err
	}
	if !a.wait {
		return a.conclude(r, nil, func() error {
			return a.Screen().Line("A resync of the IMGroup %s is asked for.", cluster.FullName(before))
		})
	}
	return a.awaitNews(ctx, app, before, r)
}

// awaitNews waits until the IMGroup has changed, or the IMApp says that its groups cannot be fetched.
func (a *asker) awaitNews(ctx context.Context, app *imv1alpha1.IMApp, before *imv1alpha1.IMGroup, r *result) error {
	timeout, was := cmp.Or(a.timeout, groupTimeout), app.DeepCopy()
	err := a.Await(ctx, lookEvery, timeout, func(ctx context.Context) (bool, error) {
		now, err := a.look(ctx, before, app)
		if err != nil {
			return false, err
		}
		if r.Changes = changes.Between(before, now, a.Now()); len(r.Changes) > 0 {
			return true, nil
		}
		return false, cmp.Or(fault(now, app, was), canResync(app))
	})
	if cli.IsLate(err) {
		r.Outcome = outcomeUnchanged
		return a.conclude(r, nil, func() error { return a.printNothing(before, app, timeout) })
	}
	r.Outcome = cmp.Or(outcomeOf(err), outcomeChanged)
	return a.conclude(r, err, func() error { return a.printNews(before, r.Changes) })
}

// look reads an IMGroup and its IMApp again.
func (a *asker) look(ctx context.Context, g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp) (*imv1alpha1.IMGroup, error) {
	now := &imv1alpha1.IMGroup{}
	if err := a.cluster.Get(ctx, client.ObjectKeyFromObject(g), now); err != nil {
		return nil, err
	}
	if now.UID != g.UID {
		return nil, exit.Refused("the IMGroup %s was recreated meanwhile", g.Name)
	}
	return now, a.cluster.Get(ctx, client.ObjectKeyFromObject(app), app)
}

// fault is why a group could not be fetched, as far as conditions tell that have changed since it was asked for.
func fault(g *imv1alpha1.IMGroup, app, was *imv1alpha1.IMApp) error {
	if c := meta.FindStatusCondition(g.Status.Conditions, imv1alpha1.ConditionReady); c != nil && c.Reason == imv1alpha1.ReasonInvalidGroupID {
		return exit.Refused("the group cannot be fetched: %s", words.Sentence(c.Message))
	}
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	before := meta.FindStatusCondition(was.Status.Conditions, imv1alpha1.ConditionResynced)
	if c != nil && c.Status == metav1.ConditionFalse && (before == nil || before.Status != c.Status || before.Message != c.Message) {
		return exit.Refused("the group cannot be fetched: %s: %s", c.Reason, words.Sentence(c.Message))
	}
	return nil
}
