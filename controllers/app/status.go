// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/internal/recorder"
)

// statusRetry and up to twice that is how long a status waits that an API server that is away did not take.
const statusRetry = 10 * time.Second

// statusTimeout bounds a write of a status: a webhook that hangs for the IMApps of one namespace must not hold the writers of all.
const statusTimeout = 3 * time.Second

// StatusConfig is what the status of IMApps is derived from.
type StatusConfig struct {
	Client      client.Client
	Leader      interface{ IsLeader() bool }
	Registry    *apps.Registry
	Inventory   *inventory.Inventory
	ExternalURL string // --callback-external-url
	Events      *recorder.Recorder
	Now         func() time.Time
	// AllowedHost reports whether spec.rest.baseURL may name a host.
	AllowedHost func(baseURL string) bool
	// Resumed is told of an IMApp that is no longer suspended, and of the generation since which it is not.
	Resumed func(app apps.Key, generation int64)
}

// Status writes the status of IMApps: on the leader alone, from what its registry and its inventory know.
type Status struct {
	StatusConfig

	mu      sync.Mutex
	counted map[apps.Key]time.Time // when the counts were last written
}

// NewStatus makes the controller.
func NewStatus(c StatusConfig) *Status {
	return &Status{StatusConfig: c, counted: map[apps.Key]time.Time{}}
}

// Reconcile writes one IMApp's status where it differs.
func (r *Status) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	key := kube.KeyOf(req)
	if !r.Leader.IsLeader() {
		return reconcile.Result{}, nil
	}
	app := &imv1alpha1.IMApp{}
	if err := r.Client.Get(ctx, req.NamespacedName, app); apierrors.IsNotFound(err) {
		r.forget(key)
		return reconcile.Result{}, nil
	} else if err != nil {
		return reconcile.Result{}, fmt.Errorf("reading the IMApp: %w", err)
	}
	known, ok := r.Registry.Get(key)
	if !ok || known.UID != string(app.UID) || known.Generation != app.Generation {
		return reconcile.Result{}, nil // the apps controller will say when it has seen this spec
	}
	before := app.DeepCopy()
	if wasSuspended(app) && !app.Spec.Suspend { // also where nobody led at that moment
		r.Resumed(key, app.Generation)
	}
	report := r.Inventory.Report(key)
	r.setStatus(app, known, report)
	next := r.count(key, app, report)
	if equality.Semantic.DeepEqual(before.Status, app.Status) {
		return reconcile.Result{RequeueAfter: next}, nil
	}
	return r.write(ctx, before, app, next)
}

// write sends what differs. Who was too late, or found the API server away, comes back in its time.
func (r *Status) write(ctx context.Context, before, app *imv1alpha1.IMApp, next time.Duration) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	err := r.Client.Status().Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(err):
		return reconcile.Result{RequeueAfter: queue.BackoffFirst}, nil
	case kube.MeetsAll(err): // group sync says so in the log; thousands of IMApps would say it each
		return reconcile.Result{RequeueAfter: statusRetry + rand.N(statusRetry)}, nil //nolint:gosec // spreads load, guards nothing
	case err != nil:
		return reconcile.Result{}, fmt.Errorf("writing the IMApp's status: %w", err)
	}
	r.wrote(kube.AppKey(app), before, app)
	r.Events.Stalled(before, app)
	return reconcile.Result{RequeueAfter: next}, nil
}

func (r *Status) setStatus(app *imv1alpha1.IMApp, known apps.App, report inventory.Report) {
	s := &app.Status
	s.ObservedGeneration = app.Generation
	s.CallbackPath = app.CallbackPath()
	s.CallbackURL = ""
	if r.ExternalURL != "" {
		s.CallbackURL = strings.TrimRight(r.ExternalURL, "/") + s.CallbackPath
	}
	badSpec := r.badSpec(app)
	set := func(c metav1.Condition) { conditions.Set(&s.Conditions, app.Generation, c) }
	set(appReady(app, known, report, badSpec))
	set(authenticated(app, known.Problem))
	conditions.SetWhile(badSpec == "" && !app.Spec.Suspend, &s.Conditions, app.Generation, imv1alpha1.ConditionReconciling, known.Problem.Reason, known.Problem.Message)
	conditions.SetWhile(badSpec != "", &s.Conditions, app.Generation, imv1alpha1.ConditionStalled, imv1alpha1.ReasonInvalidSpec, badSpec)
	if report.Complete {
		conditions.SetWhile(true, &s.Conditions, app.Generation, imv1alpha1.ConditionNameConflict, imv1alpha1.ReasonNameTaken, conflictMessage(report.Conflicts))
	}
}

func wasSuspended(app *imv1alpha1.IMApp) bool {
	return conditions.Reason(app.Status.Conditions, imv1alpha1.ConditionReady) == imv1alpha1.ReasonSuspended
}

// badSpec says what the schema could not refuse, since it depends on the operator's flags.
func (r *Status) badSpec(app *imv1alpha1.IMApp) string {
	if app.Spec.Rest != nil && !app.Spec.Suspend && !r.AllowedHost(app.Spec.Rest.BaseURL) {
		return "the host of spec.rest.baseURL is not one that the operator's flag --rest-allowed-hosts allows"
	}
	return ""
}
