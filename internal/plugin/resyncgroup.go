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
	asked := p.now()
	if _, err := p.ask(ctx, k, before.DeepCopy()); err != nil {
		return err
	}
	if !o.wait {
		return p.screen().Line("A resync of the IMGroup %s is asked for.", fullName(before))
	}
	return p.awaitNews(ctx, k, app, before, asked, cmp.Or(o.timeout, groupTimeout))
}

// awaitNews waits until the IMGroup has changed, or the IMApp says that its groups cannot be fetched.
func (p *plugin) awaitNews(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, before *imv1alpha1.IMGroup, asked time.Time, timeout time.Duration) error {
	var news []changes.Change
	err := p.await(ctx, lookEvery, timeout, func(ctx context.Context) (bool, error) {
		now := &imv1alpha1.IMGroup{}
		if err := k.Get(ctx, client.ObjectKeyFromObject(before), now); err != nil {
			return false, err
		}
		if err := k.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return false, err
		}
		news = changes.Between(before, now, p.now())
		return len(news) > 0, fault(now, app, asked)
	})
	switch {
	case isLate(err):
		return p.screen().Line("Nothing new of the IMGroup %s within %s: Tencent says what is known already, or the operator is busy.", fullName(before), timeout)
	case err != nil:
		return err
	}
	return p.printNews(before, news)
}

// printNews shows what a resync found, a line each.
func (p *plugin) printNews(g *imv1alpha1.IMGroup, news []changes.Change) error {
	s := p.screen()
	if err := s.Line("%s %s:", s.Paint(screen.Green, "Resynced"), fullName(g)); err != nil {
		return err
	}
	for i := range news {
		field := "  " + terminal.Visible(news[i].Field) + ": "
		if err := s.Line("%s%s", s.Paint(screen.Cyan, field), oldToNew(s, &news[i], terminal.Columns(field))); err != nil {
			return err
		}
	}
	return nil
}

// fault is why a group could not be fetched, as far as conditions tell.
func fault(g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp, asked time.Time) error {
	if c := meta.FindStatusCondition(g.Status.Conditions, imv1alpha1.ConditionReady); c != nil && c.Reason == imv1alpha1.ReasonInvalidGroupID {
		return refused("the group cannot be fetched: %s", sentence(c.Message))
	}
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	if c != nil && c.Status == metav1.ConditionFalse && !c.LastTransitionTime.Before(&metav1.Time{Time: asked.Truncate(time.Second)}) {
		return refused("the group cannot be fetched: %s: %s", c.Reason, sentence(c.Message))
	}
	return nil
}
