// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// sync does what is due and returns when the app is to be looked at again.
func (r *Controller) sync(ctx context.Context, app *imv1alpha1.IMApp, t *term) (time.Duration, error) {
	full := t.isDue(app, r.Now())
	if !full && !t.swept {
		if err := r.wantUnknown(ctx, app, t); err != nil {
			return 0, err
		}
	}
	if first := t.next(); !full && (first.IsZero() || first.After(r.Now())) {
		return t.untilNext(app, r.Now()), r.status.awaiting(ctx, app)
	}
	return r.try(ctx, app, t, full)
}

// try fetches all groups, or those that are wanted, unless a fault is too recent.
func (r *Controller) try(ctx context.Context, app *imv1alpha1.IMApp, t *term, full bool) (time.Duration, error) {
	secret, fault := r.secret(ctx, app)
	cause := causeOf(app, secret)
	if left := t.pause.left(cause, r.Now()); left > 0 {
		return min(left, secretCheck), r.failed(ctx, app, t, t.pause.fault)
	}
	if fault == nil {
		fault = r.fetch(ctx, app, t, secret, full)
	}
	switch {
	case fault == nil:
		r.backoff.Forget(kube.AppKey(app))
		return t.untilNext(app, r.Now()), nil
	case r.isInterruption(ctx, fault):
		return 0, nil
	}
	wait := waitAfter(fault, r.backoff.When(kube.AppKey(app)))
	t.pause = pause{until: r.Now().Add(wait), cause: cause}
	log.FromContext(ctx).Info("a resync failed", "reason", reasonOf(fault), "error", fault.Error(), "retryIn", wait.String())
	if !full { // single groups: they are asked for again
		fault = nil
	}
	return min(wait, secretCheck), r.failed(ctx, app, t, fault)
}

// wantUnknown makes the leader ask once in its term for the declared groups of which nothing is known, where no full
// resync would.
func (r *Controller) wantUnknown(ctx context.Context, app *imv1alpha1.IMApp, t *term) error {
	err := kube.EachGroup(ctx, r.Groups, kube.AppKey(app), func(g *imv1alpha1.IMGroup) {
		if groupstatus.IsUnknown(g) {
			t.want(r.Now(), g.Spec.GroupID)
		}
	})
	if err != nil {
		return fmt.Errorf("listing IMGroups: %w", err)
	}
	t.swept = true
	return nil
}

// failed says in the status why a resync failed, unless there is no fault. If that fails, too, the next look at the app says it.
func (r *Controller) failed(ctx context.Context, app *imv1alpha1.IMApp, t *term, fault error) error {
	if fault == nil {
		return nil
	}
	t.pause.fault = fault
	err := r.status.failed(ctx, app, fault)
	if err == nil {
		t.pause.fault = nil
	}
	return err
}

// isInterruption tells a resync that is no longer wanted from one that failed: a new leader starts over, and a change of
// the IMApp has queued it again.
func (r *Controller) isInterruption(ctx context.Context, fault error) bool {
	return ctx.Err() != nil || errors.Is(fault, errInterrupted) || !r.Leader.IsLeader()
}

// fetch asks for all groups, or for the wanted ones. Those that could not be fetched are still wanted.
func (r *Controller) fetch(ctx context.Context, app *imv1alpha1.IMApp, t *term, secret secretKey, full bool) error {
	cloud, err := t.connect(fmt.Sprint(app.UID, " ", app.Generation, " ", secret.version), r.access(app, secret))
	if err != nil {
		return err
	}
	run, wanted := r.newRun(app, cloud), t.take(r.Now())
	if full {
		err = r.fetchAll(ctx, run, t)
	} else {
		err = run.guarded(ctx, func(ctx context.Context) error { return run.fetch(ctx, wanted) })
	}
	var unread *localFault
	if err != nil && !errors.As(err, &unread) {
		t.want(r.Now(), wanted...)
	}
	return err
}

func (r *Controller) access(app *imv1alpha1.IMApp, secret secretKey) imcloud.Config {
	rest := app.Spec.Rest
	config := imcloud.Config{BaseURL: rest.BaseURL, AllowedHost: r.AllowedHost, SDKAppID: app.Spec.SDKAppID, AdminUserID: rest.AdminUserID,
		SecretKey: secret.key, CustomFieldKeys: rest.CustomFieldKeys, Transport: r.Transport}
	if rest.QueriesPerSecond != nil {
		config.QueriesPerSecond = int(*rest.QueriesPerSecond)
	}
	return config
}

// fetchAll fetches every group and says so in the IMApp's status.
func (r *Controller) fetchAll(ctx context.Context, run *run, t *term) error {
	if err := r.status.patch(ctx, run.app, run.begun); err != nil {
		return err
	}
	if err := run.guarded(ctx, run.all); err != nil {
		return err
	}
	if err := r.status.patch(ctx, run.app, run.completed); err != nil {
		return err
	}
	r.Metrics.ResyncDuration.Observe(r.Now().Sub(run.start).Seconds())
	t.swept, t.full = true, false
	return nil
}
