// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// settle brings what the REST API said of a group to the API server, then what the journal holds, then checkpoints that.
// Without any it is the leader's part to keep the rest of the group's status true.
func (r *Controller) settle(ctx context.Context, key event.Key) (done outcome, err error) {
	if seen := r.Observed.get(key); seen != nil {
		if done, err = r.bring(ctx, key, seen.told); err != nil {
			return done, err
		}
		r.Observed.settle(seen, done.result)
	}
	pending, upTo, found := r.Journal.Pending(key)
	if !found && !r.Leader.IsLeader() {
		return done, nil
	}
	wrote := done.wrote
	done, err = r.bring(ctx, key, told{event: pending})
	if found && err == nil && !done.held {
		r.Journal.Checkpoint(key, upTo)
		if done.wrote {
			r.Metrics.SyncLag.Observe(r.Now().Sub(pending.Received).Seconds())
			r.Metrics.SyncCoalesced.Add(float64(pending.Count - 1))
		}
	}
	done.wrote = wrote || done.cleared || found && done.wrote
	return done, err
}

// outcome is what became of what was told.
type outcome struct {
	held    bool          // it stays pending
	wrote   bool          // it is in the API server now
	cleared bool          // managedFields were to be cleared, which took time
	after   time.Duration // look at the group again then; 0 = when something wakes it
	result  string        // of an observation: a value of metrics' resync results
}

// bring decides about what was told of a group and does it.
func (r *Controller) bring(ctx context.Context, key event.Key, t told) (outcome, error) {
	k, v, err := r.decider.decide(ctx, key, t)
	if err != nil {
		return outcome{}, err
	}
	if v.reason == metrics.DropMaxCount {
		r.LimitReached(appOf(key))
	}
	done, err := r.do(ctx, key, k, v)
	var d *dropped
	switch {
	case !errors.As(err, &d):
		return done, err
	case t.observed && d.setAside: // there is nothing to keep, it can be fetched again
		return outcome{result: metrics.ResyncError}, nil
	case t.observed:
		return outcome{result: metrics.ResyncSkipped}, nil
	}
	// The event stood for a look that somebody may have asked for.
	return outcome{after: lookAgain}, r.dropper.drop(ctx, t.event, d)
}

// lookAgain is the wait for a look at a group whose event was dropped.
const lookAgain = time.Millisecond

// do does what was decided.
func (r *Controller) do(ctx context.Context, key event.Key, k known, v verdict) (done outcome, err error) {
	if v.orphan {
		if err := r.writer.orphaned(ctx, k.groups); err != nil {
			return done, err
		}
	}
	if v.fetch {
		r.Fetcher.Want(key)
	}
	done.result = v.result
	switch v.do {
	case hold:
		return outcome{held: true, after: v.after}, nil
	case drop:
		return done, &dropped{reason: v.reason}
	case invalid:
		return done, r.writer.invalid(ctx, k.groups)
	case create:
		err = r.create(ctx, k.app, key, v.state)
		done.wrote = err == nil
	case write:
		err = r.writer.all(ctx, k.app, k.groups, v.state)
		if done.wrote = err == nil; done.wrote && r.Leader.IsLeader() {
			if v.clear {
				done.cleared = true
				r.clearer.clear(ctx, k.groups)
			}
			done.after, err = r.retention.expire(ctx, k.app, k.groups)
		}
	}
	return done, err
}

func (r *Controller) create(ctx context.Context, app *imv1alpha1.IMApp, key event.Key, state event.State) error {
	group, err := r.creator.create(ctx, app, key)
	if err != nil {
		return err
	}
	return r.writer.one(ctx, app, group, state, false)
}
