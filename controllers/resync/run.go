// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// window is how many observations of one resync may wait for group sync: what bounds its memory.
const window = 500

// stallTimeout is how long group sync may take for the next of the groups in the window: a quota or a missing right may
// keep them there, and a resync must not wait for ever.
const stallTimeout = 5 * time.Minute

var errStalled = errors.New("the API server takes no more groups; the operator's log says why")

// run fetches groups of one app. Its groups come one after the other; group sync settles them side by side.
type run struct {
	*Controller
	app    *imv1alpha1.IMApp
	cloud  *imcloud.Client
	start  time.Time
	window chan struct{}

	asked       map[uint64]struct{} // digests of the IDs that were asked for
	watermark   time.Time           // the start by Tencent's clock; zero until its first answer
	total, done atomic.Int64

	fields  map[string]bool // that were told of every group so far; nil until there was one
	unread  []string        // groups of which the API does not tell
	code    int             // why, of the newest of them
	refused bool            // the keys of custom fields
}

// maxUnread is how many groups may be odd: with more of them something else is.
const maxUnread = 16

func (r *Controller) newRun(app *imv1alpha1.IMApp, cloud *imcloud.Client) *run {
	return &run{Controller: r, app: app, cloud: cloud, start: r.Now(), window: make(chan struct{}, window), asked: map[uint64]struct{}{}}
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
	err := kube.EachGroup(ctx, run.Client, kube.AppKey(run.app), func(g *imv1alpha1.IMGroup) {
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
	if err := run.enter(ctx); err != nil {
		return err
	}
	if run.watermark.IsZero() && !result.ServerTime.IsZero() {
		run.watermark = watermark(run.start, run.Now(), result.ServerTime)
	}
	for _, field := range result.Cut {
		run.Metrics.CallbackTruncated.WithLabelValues(field).Inc()
	}
	result.Values = append(result.Values, deletedFields(result.Absent)...)
	seen, readable := result.Event(run.app.Namespace, run.app.Name)
	switch {
	case result.Outcome == imcloud.InvalidID:
		run.Observer.ObserveInvalid(seen, run.settled)
	case readable:
		run.Observer.Observe(seen, run.settled)
	default:
		run.unread, run.code = append(run.unread, result.GroupID), result.Code
		run.settled(metrics.ResyncError)
		if result.Code < 0 && len(run.unread) > maxUnread {
			return run.tooManyUnread()
		}
	}
	run.note(result)
	return nil
}

// note remembers which fields every group has told.
func (run *run) note(result imcloud.Result) {
	run.refused = run.refused || result.KeysRefused
	if result.Outcome != imcloud.Observed {
		return
	}
	told := map[string]bool{}
	for _, v := range result.Values {
		if run.fields == nil || run.fields[v.Field] {
			told[v.Field] = true
		}
	}
	run.fields = told
}

func (run *run) tooManyUnread() error {
	return &localFault{imv1alpha1.ReasonResyncFailed, fmt.Sprintf("Tencent did not tell of %d groups (error %d for one of them); all others are up to date", len(run.unread), run.code)}
}

// watermark is the start of a run by Tencent's clock, as the first answer tells it. It is never above local time: a Date that
// is ahead would make callbacks of this moment stale.
func watermark(start, now, server time.Time) time.Time {
	by := server.Add(-now.Sub(start)).Truncate(time.Second)
	if start.Before(by) {
		return start
	}
	return by
}

// deletedFields are the custom fields that were asked for and that the group does not have: the API leaves them out, and
// they read as known to be empty.
func deletedFields(absent []string) (values []event.Value) {
	for _, field := range absent {
		if strings.HasPrefix(field, event.CustomPrefix) {
			values = append(values, event.Value{Field: field})
		}
	}
	return values
}

func (run *run) settled(result string) {
	run.Metrics.ResyncGroups.WithLabelValues(result).Inc()
	run.done.Add(1)
	<-run.window
}

// enter takes a place in the window. When none comes free for long, the API server refuses the groups in it.
func (run *run) enter(ctx context.Context) error {
	stalled := time.NewTimer(stallTimeout)
	defer stalled.Stop()
	select {
	case run.window <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-stalled.C:
		return errStalled
	}
}

// settle waits until group sync is done with all that it was given.
func (run *run) settle(ctx context.Context) error {
	for range window {
		if err := run.enter(ctx); err != nil {
			return err
		}
	}
	switch {
	case len(run.unread) > maxUnread:
		return run.tooManyUnread()
	case run.refused:
		return &localFault{imv1alpha1.ReasonRequestRefused, "Tencent refuses the custom fields of spec.rest.customFieldKeys (error 10004): check in the console that the application has them; all other fields are up to date"}
	}
	return nil
}
