// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

const (
	// watchInterval is how often a running resync looks whether it is still wanted.
	watchInterval = time.Second
	// progressInterval is how often it writes how far it is.
	progressInterval = 10 * time.Second
)

// errInterrupted ends a resync that this replica has no longer to do: it does not lead any more, or the IMApp is
// another one now.
var errInterrupted = errors.New("the resync was interrupted")

// fetch asks for all groups, or for the wanted ones. Those that could not be fetched are still wanted.
func (r *Controller) fetch(ctx context.Context, app *imv1alpha1.IMApp, secret secretKey, full bool) error {
	cloud, err := r.connect(app, secret)
	if err != nil {
		return err
	}
	wanted := r.takeWanted(app)
	if full {
		err = r.fetchAll(ctx, app, cloud)
	} else {
		run := r.newRun(app, cloud)
		err = run.guarded(ctx, func(ctx context.Context) error { return run.fetch(ctx, wanted) })
	}
	var unread *localFault
	if err != nil && !errors.As(err, &unread) {
		r.wantAgain(app, wanted)
	}
	return err
}

// hasWanted reports whether single groups are to be fetched now.
func (r *Controller) hasWanted(app *imv1alpha1.IMApp) (has bool) {
	r.with(kube.AppKey(app), func(s *appState) {
		for _, from := range s.wanted {
			has = has || !from.After(r.Now())
		}
	})
	return has
}

// takeWanted gives the groups that were asked for one by one and whose time has come.
func (r *Controller) takeWanted(app *imv1alpha1.IMApp) (ids []string) {
	r.with(kube.AppKey(app), func(s *appState) {
		for id, from := range s.wanted {
			if !from.After(r.Now()) {
				ids = append(ids, id)
				delete(s.wanted, id)
			}
		}
	})
	return ids
}

func (r *Controller) wantAgain(app *imv1alpha1.IMApp, ids []string) {
	for _, id := range ids {
		r.with(kube.AppKey(app), func(s *appState) { s.want(id, r.Now()) })
	}
}

// untilNext is the time until there is something to fetch; 0 = nothing is, before something wakes the app.
func (r *Controller) untilNext(app *imv1alpha1.IMApp) time.Duration {
	next := r.untilDue(app)
	r.with(kube.AppKey(app), func(s *appState) {
		for _, from := range s.wanted {
			if left := max(from.Sub(r.Now()), time.Millisecond); next == 0 || left < next {
				next = left
			}
		}
	})
	return next
}

// connect returns the client of an app, which lives as long as its spec and its Secret.
func (r *Controller) connect(app *imv1alpha1.IMApp, secret secretKey) (*imcloud.Client, error) {
	access := fmt.Sprint(app.UID, " ", app.Generation, " ", secret.version)
	var cloud *imcloud.Client
	r.with(kube.AppKey(app), func(s *appState) {
		if s.access == access {
			cloud = s.cloud
		}
	})
	if cloud != nil {
		return cloud, nil
	}
	rest := app.Spec.Rest
	config := imcloud.Config{BaseURL: rest.BaseURL, AllowedHost: r.AllowedHost, SDKAppID: app.Spec.SDKAppID, AdminUserID: rest.AdminUserID,
		SecretKey: secret.key, CustomFieldKeys: rest.CustomFieldKeys, Transport: r.Transport}
	if rest.QueriesPerSecond != nil {
		config.QueriesPerSecond = int(*rest.QueriesPerSecond)
	}
	cloud, err := imcloud.New(config)
	if err != nil {
		return nil, err
	}
	r.with(kube.AppKey(app), func(s *appState) {
		if s.cloud != nil {
			s.cloud.Close()
		}
		s.cloud, s.access = cloud, access
	})
	return cloud, nil
}

// fetchAll fetches every group and says so in the IMApp's status.
func (r *Controller) fetchAll(ctx context.Context, app *imv1alpha1.IMApp, cloud *imcloud.Client) error {
	run := r.newRun(app, cloud)
	if err := r.patchStatus(ctx, app, run.begun); err != nil {
		return err
	}
	if err := run.guarded(ctx, run.all); err != nil {
		return err
	}
	if err := r.patchStatus(ctx, app, run.completed); err != nil {
		return err
	}
	r.Metrics.ResyncDuration.Observe(r.Now().Sub(run.start).Seconds())
	r.with(kube.AppKey(app), func(s *appState) { s.swept, s.full = true, false })
	return nil
}

// guarded runs f and waits until all that it observed is settled, as long as the run is wanted.
func (run *run) guarded(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go run.watch(ctx, cancel)
	err := f(ctx)
	if err == nil {
		err = run.settle(ctx)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// watch ends a run that is no longer wanted, and writes how far it is.
func (run *run) watch(ctx context.Context, end context.CancelCauseFunc) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	next := run.Now().Add(progressInterval)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !run.Leader.IsLeader() || !run.isCurrent(ctx) {
			end(errInterrupted)
			return
		}
		if run.Now().After(next) {
			next = run.Now().Add(progressInterval)
			_ = run.patchStatus(ctx, run.app, run.progressed) // the next one will do
		}
	}
}
