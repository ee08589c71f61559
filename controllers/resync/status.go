// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
)

// statusTimeout bounds the reads and writes of one change of a status.
const statusTimeout = 10 * time.Second

// status writes what becomes of resyncs into IMApps.
type status struct {
	client client.Client
	live   client.Reader
	now    func() time.Time
}

// isCurrent reports whether an IMApp is still as it was.
func (s status) isCurrent(ctx context.Context, app *imv1alpha1.IMApp) bool {
	now := &imv1alpha1.IMApp{}
	err := s.client.Get(ctx, client.ObjectKeyFromObject(app), now, client.DisableReadYourWritesConsistency)
	return err == nil && now.UID == app.UID && now.Generation == app.Generation && now.DeletionTimestamp.IsZero()
}

// patch changes the status of an IMApp as it is now. One that was deleted or recreated is left alone.
func (s status) patch(ctx context.Context, app *imv1alpha1.IMApp, change func(*imv1alpha1.IMApp)) error {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		now := &imv1alpha1.IMApp{}
		err := s.live.Get(ctx, client.ObjectKeyFromObject(app), now)
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
		return s.client.Status().Patch(ctx, now, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	})
	if err != nil {
		return fmt.Errorf("writing the resync's state into the IMApp: %w", err)
	}
	return nil
}

// patchCurrent is patch where it does not matter if the IMApp is gone.
func (s status) patchCurrent(ctx context.Context, app *imv1alpha1.IMApp, change func(*imv1alpha1.IMApp)) error {
	if err := s.patch(ctx, app, change); !errors.Is(err, errInterrupted) {
		return err
	}
	return nil
}

// failed says why a resync failed.
func (s status) failed(ctx context.Context, app *imv1alpha1.IMApp, fault error) error {
	return s.patchCurrent(ctx, app, func(now *imv1alpha1.IMApp) {
		ended(now, app, s.now())
		setResynced(now, metav1.ConditionFalse, reasonOf(fault), fault.Error())
	})
}

// awaiting says that there was no resync yet, where none is due.
func (s status) awaiting(ctx context.Context, app *imv1alpha1.IMApp) error {
	if meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced) != nil {
		return nil
	}
	return s.patchCurrent(ctx, app, func(now *imv1alpha1.IMApp) {
		setResynced(now, metav1.ConditionUnknown, imv1alpha1.ReasonAwaitingFirstResync, "no resync was asked for yet")
	})
}

// withoutREST takes back what an earlier spec.rest has left. A suspended IMApp keeps it.
func (s status) withoutREST(ctx context.Context, app *imv1alpha1.IMApp) error {
	if app.Spec.Rest != nil || meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced) == nil {
		return nil
	}
	return s.patchCurrent(ctx, app, func(now *imv1alpha1.IMApp) {
		meta.RemoveStatusCondition(&now.Status.Conditions, imv1alpha1.ConditionResynced)
	})
}

// ended says that a resync is over, and that the request that began it was acted on.
func ended(app, began *imv1alpha1.IMApp, at time.Time) {
	s := resyncOf(app)
	now := metav1.NewTime(at.UTC())
	if s.StartTime == nil {
		s.StartTime = &now
	}
	s.CompletionTime = &now
	if request := requestOfApp(began); request != "" {
		s.LastHandledRequest = request
	}
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
