// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"fmt"
	"hash/maphash"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// run fetches groups of one app. Its groups come one after the other; group sync settles them side by side.
type run struct {
	progress

	cloud    *imcloud.Client
	cache    client.Reader
	observer Observer
	metrics  *metrics.Metrics
	leader   interface{ IsLeader() bool }
	status   status
	window   window
	asked    map[uint64]struct{} // digests of the IDs that were asked for
}

func (r *Controller) newRun(app *imv1alpha1.IMApp, cloud *imcloud.Client) *run {
	return &run{progress: progress{app: app, now: r.Now, start: r.Now()}, cloud: cloud, cache: r.Groups, observer: r.Observer, metrics: r.Metrics,
		leader: r.Leader, status: r.status, window: make(window, windowSize), asked: map[uint64]struct{}{}}
}

// all fetches every group that the cloud has, then those that only Kubernetes has. Where no group is created of itself,
// the declared ones are all there is to fetch.
func (run *run) all(ctx context.Context) error {
	declared := policy.Of(run.app).DeclaredOnly
	if !declared {
		if err := run.listed(ctx); err != nil {
			return err
		}
	}
	var rest []string
	err := kube.EachGroup(ctx, run.cache, kube.AppKey(run.app), func(g *imv1alpha1.IMGroup) {
		if id := g.Spec.GroupID; !run.wasAsked(id) && (declared || g.Status.DestroyedTime == nil) {
			rest = append(rest, id)
		}
	})
	if err != nil {
		return fmt.Errorf("listing IMGroups: %w", err)
	}
	run.total.Store(int64(len(run.asked) + len(rest)))
	return run.fetch(ctx, rest)
}

func (run *run) listed(ctx context.Context) error {
	for page, err := range run.cloud.ListGroups(ctx, 0) {
		if err != nil {
			return err
		}
		run.total.Store(int64(page.Total))
		if err := run.fetch(ctx, page.IDs); err != nil {
			return err
		}
	}
	return nil
}

func (run *run) wasAsked(id string) bool {
	_, asked := run.asked[maphash.String(seed, id)]
	return asked
}

// fetch asks for groups, each once in a run.
func (run *run) fetch(ctx context.Context, ids []string) error {
	var fresh []string
	for _, id := range ids {
		if !run.wasAsked(id) {
			run.asked[maphash.String(seed, id)] = struct{}{}
			fresh = append(fresh, id)
		}
	}
	for result, err := range run.cloud.ObserveGroups(ctx, fresh) {
		if err != nil {
			return err
		}
		if err := run.observe(ctx, result); err != nil {
			return err
		}
	}
	return nil
}

// observe hands one result to group sync, when there is room.
func (run *run) observe(ctx context.Context, result imcloud.Result) error {
	if err := run.window.enter(ctx); err != nil {
		return err
	}
	for _, field := range result.Cut {
		run.metrics.CallbackTruncated.WithLabelValues(field).Inc()
	}
	result.Values = append(result.Values, deletedFields(result.Absent)...)
	seen, readable := result.Event(run.app.Namespace, run.app.Name)
	run.note(result, readable)
	switch {
	case result.Outcome == imcloud.InvalidID:
		run.observer.ObserveInvalid(seen, run.settled)
	case readable:
		run.observer.Observe(seen, run.settled)
	default:
		run.settled(metrics.ResyncError)
		if result.Code < 0 { // the answers cannot be read: those to come hardly can
			return run.tooManyUnread()
		}
	}
	return nil
}

func (run *run) settled(result string) {
	run.metrics.ResyncGroups.WithLabelValues(result).Inc()
	run.done.Add(1)
	run.window.leave()
}
