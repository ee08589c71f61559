// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// statusTimeout bounds the reads and writes of one change of a status.
const statusTimeout = 10 * time.Second

// isCurrent reports whether an IMApp is still the one that the run began with.
func (run *run) isCurrent(ctx context.Context) bool {
	now := &imv1alpha1.IMApp{}
	err := run.Client.Get(ctx, client.ObjectKeyFromObject(run.app), now, client.DisableReadYourWritesConsistency)
	return err == nil && now.UID == run.app.UID && now.Generation == run.app.Generation && now.DeletionTimestamp.IsZero()
}

// patchStatus changes the status of an IMApp as it is now. One that was deleted or recreated is left alone.
func (r *Controller) patchStatus(ctx context.Context, app *imv1alpha1.IMApp, change func(*imv1alpha1.IMApp)) error {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		now := &imv1alpha1.IMApp{}
		err := r.Live.Get(ctx, client.ObjectKeyFromObject(app), now)
		if apierrors.IsNotFound(err) || err == nil && now.UID != app.UID {
			return errInterrupted
		}
		if err != nil {
			return err
		}
		before := now.DeepCopy()
		if change(now); equality.Semantic.DeepEqual(before.Status, now.Status) {
			return nil
		}
		return r.Client.Status().Patch(ctx, now, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	})
	if err != nil {
		return fmt.Errorf("writing the resync's state into the IMApp: %w", err)
	}
	return nil
}

func (run *run) begun(app *imv1alpha1.IMApp) {
	s := resyncOf(app)
	start := metav1.NewTime(run.start.UTC())
	s.StartTime, s.CompletionTime, s.GroupsTotal = &start, nil, nil
	run.progressed(app)
	if old := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced); old == nil || old.Status == metav1.ConditionUnknown {
		setResynced(app, metav1.ConditionUnknown, imv1alpha1.ReasonResyncRunning, "the first resync runs")
	}
}

func (run *run) progressed(app *imv1alpha1.IMApp) {
	s := resyncOf(app)
	done, total := int32(run.done.Load()), int32(run.total.Load())
	if s.GroupsDone = &done; total > 0 {
		s.GroupsTotal = &total
	}
}

func (run *run) completed(app *imv1alpha1.IMApp) {
	s := resyncOf(app)
	total := int32(run.total.Load())
	run.progressed(app)
	s.GroupsTotal = &total
	run.ended(app, run.app)
	if w := run.watermark; !w.IsZero() && (s.Watermark == nil || w.After(s.Watermark.Time)) {
		raised := groupstatus.MicroTime(w.UnixMilli())
		s.Watermark = &raised
		s.WatermarkFields = slices.Sorted(maps.Keys(run.fields))
		s.Unread = slices.Sorted(slices.Values(run.unread))
	}
	setResynced(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, run.summary())
}

// summary says what a complete resync saw.
func (run *run) summary() string {
	if len(run.unread) == 0 {
		return fmt.Sprintf("the newest resync saw all %d groups", run.total.Load())
	}
	return fmt.Sprintf("the newest resync saw %d groups; Tencent did not tell of %d more, among them %q (error %d)",
		run.total.Load()-int64(len(run.unread)), len(run.unread), run.unread[0], run.code)
}

// ended says that a resync is over, and that the request that began it was acted on.
func (r *Controller) ended(app, began *imv1alpha1.IMApp) {
	s := resyncOf(app)
	now := metav1.NewTime(r.Now().UTC())
	if s.StartTime == nil {
		s.StartTime = &now
	}
	s.CompletionTime = &now
	if request := requestOfApp(began); request != "" {
		s.LastHandledRequest = request
	}
}

// report says in the status why a resync failed. If that fails, too, the next look at the app says it.
func (r *Controller) report(ctx context.Context, app *imv1alpha1.IMApp, fault error) error {
	err := r.patchCurrent(ctx, app, func(now *imv1alpha1.IMApp) {
		r.ended(now, app)
		setResynced(now, metav1.ConditionFalse, reasonOf(fault), fault.Error())
	})
	r.with(kube.AppKey(app), func(s *appState) {
		if s.pause.fault = nil; err != nil {
			s.pause.fault = fault
		}
	})
	return err
}

func (r *Controller) reportAgain(ctx context.Context, app *imv1alpha1.IMApp) (err error) {
	var fault error
	r.with(kube.AppKey(app), func(s *appState) { fault = s.pause.fault })
	if fault != nil {
		err = r.report(ctx, app, fault)
	}
	return err
}

// await says that there was no resync yet, where none is due.
func (r *Controller) await(ctx context.Context, app *imv1alpha1.IMApp) error {
	if meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced) != nil {
		return nil
	}
	return r.patchCurrent(ctx, app, func(now *imv1alpha1.IMApp) {
		setResynced(now, metav1.ConditionUnknown, imv1alpha1.ReasonAwaitingFirstResync, "no resync was asked for yet")
	})
}

// patchCurrent is patchStatus where it does not matter if the IMApp is gone.
func (r *Controller) patchCurrent(ctx context.Context, app *imv1alpha1.IMApp, change func(*imv1alpha1.IMApp)) error {
	if err := r.patchStatus(ctx, app, change); !errors.Is(err, errInterrupted) {
		return err
	}
	return nil
}

// withoutREST takes back what an earlier spec.rest has left in the status. A suspended IMApp keeps it.
func (r *Controller) withoutREST(ctx context.Context, app *imv1alpha1.IMApp) error {
	if app.Spec.Rest != nil || meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced) == nil {
		return nil
	}
	return r.patchCurrent(ctx, app, func(now *imv1alpha1.IMApp) {
		meta.RemoveStatusCondition(&now.Status.Conditions, imv1alpha1.ConditionResynced)
	})
}

func resyncOf(app *imv1alpha1.IMApp) *imv1alpha1.ResyncStatus {
	if app.Status.Resync == nil {
		app.Status.Resync = &imv1alpha1.ResyncStatus{}
	}
	return app.Status.Resync
}

func setResynced(app *imv1alpha1.IMApp, status metav1.ConditionStatus, reason, message string) {
	conditions.Set(&app.Status.Conditions, app.Generation, conditions.New(imv1alpha1.ConditionResynced, status, reason, message))
}

// reasonOf names the class of a fault, as a reason of the condition Resynced.
func reasonOf(fault error) string {
	var local *localFault
	var configuration *imcloud.ConfigurationError
	switch {
	case errors.As(fault, &local):
		return local.reason
	case errors.Is(fault, imcloud.ErrHostNotAllowed):
		return imv1alpha1.ReasonHostNotAllowed
	case errors.As(fault, &configuration):
		return imv1alpha1.ReasonRequestRefused
	}
	return imv1alpha1.ReasonResyncFailed
}
