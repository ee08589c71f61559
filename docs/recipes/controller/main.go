// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command announcer reacts to each new notification of a group, once. See README.md beside it.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// handled is the annotation of an IMGroup that names the change which was reacted to last.
const handled = "announcer.example.com/handled"

type announcer struct {
	client.Client
	since time.Time
	react func(ctx context.Context, id string, group *imv1alpha1.IMGroup) error
}

// Reconcile compares what is with what was handled. It does not matter which event woke it, or how many were missed.
func (a *announcer) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var group imv1alpha1.IMGroup
	if err := a.Get(ctx, request.NamespacedName, &group); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	id := a.newest(&group)
	if id == "" || id == group.Annotations[handled] {
		return ctrl.Result{}, nil
	}
	if err := a.react(ctx, id, &group); err != nil {
		return ctrl.Result{}, fmt.Errorf("reacting to %s: %w", id, err) // it is tried again
	}
	before := group.DeepCopy()
	metav1.SetMetaDataAnnotation(&group.ObjectMeta, handled, id)
	return ctrl.Result{}, a.Patch(ctx, &group, client.MergeFrom(before))
}

// newest names the newest change of the notification by its time and its text; "" if there is none to react to.
func (a *announcer) newest(group *imv1alpha1.IMGroup) string {
	s := group.Status
	i := slices.IndexFunc(s.FieldTimes, func(f imv1alpha1.FieldTime) bool { return f.Field == "notification" })
	if i < 0 || s.Notification == nil || s.FieldTimes[i].EventTime.Time.Before(a.since) {
		return ""
	}
	text := sha256.Sum256([]byte(*s.Notification))
	return fmt.Sprintf("%s-%x", s.FieldTimes[i].EventTime.UTC().Format(metav1.RFC3339Micro), text[:4])
}

var out = slog.New(slog.NewJSONHandler(os.Stdout, nil))

// announce writes a line of JSON: put here what the change is to cause. The id tells a repetition.
func announce(ctx context.Context, id string, group *imv1alpha1.IMGroup) error {
	out.InfoContext(ctx, "notification", "id", id, "namespace", group.Namespace, "name", group.Name,
		"groupID", group.Spec.GroupID, "text", *group.Status.Notification)
	return nil
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	a := &announcer{react: announce}
	namespace := flag.String("namespace", os.Getenv("POD_NAMESPACE"), "namespace of the IMGroups")
	flag.TextVar(&a.since, "since", time.Time{}, "changes before this time, in RFC 3339, are old news")
	flag.Parse()
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	scheme, ownWrites := runtime.NewScheme(), true
	if err := imv1alpha1.AddToScheme(scheme); err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:  scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:   cache.Options{DefaultNamespaces: map[string]cache.Config{*namespace: {}}},
		// A read that does not see the annotation of a moment ago would react twice.
		Client: client.Options{Cache: &client.CacheOptions{EnableReadYourWritesConsistency: &ownWrites}},
	})
	if err != nil {
		return err
	}
	a.Client = mgr.GetClient()
	if err := ctrl.NewControllerManagedBy(mgr).For(&imv1alpha1.IMGroup{}).Complete(a); err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}
