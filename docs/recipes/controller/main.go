// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command announcer reacts to each new notification of a group, once. See README.md beside it.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// handled is the annotation of an IMGroup that names the change which was reacted to last.
const handled = "announcer.example.com/handled"

type announcer struct {
	client.Client
	since time.Time
}

// Reconcile compares what is with what was handled. It does not matter which event triggered it, or how many were missed.
func (a *announcer) Reconcile(ctx context.Context, group *imv1alpha1.IMGroup) (ctrl.Result, error) {
	s := group.Status
	at, known := s.FieldTimes["notification"]
	if !known || s.Notification == nil || at.Time.Before(a.since) {
		return ctrl.Result{}, nil
	}
	text := sha256.Sum256([]byte(*s.Notification))
	id := fmt.Sprintf("%s-%x", at.UTC().Format(metav1.RFC3339Micro), text[:4])
	if id == group.Annotations[handled] {
		return ctrl.Result{}, nil
	}
	if err := announce(ctx, id, group); err != nil {
		return ctrl.Result{}, fmt.Errorf("reacting to %s: %w", id, err) // it is tried again
	}
	before := group.DeepCopy()
	metav1.SetMetaDataAnnotation(&group.ObjectMeta, handled, id)
	return ctrl.Result{}, a.Patch(ctx, group, client.MergeFrom(before))
}

// announce writes a line of JSON: put your action here. The id identifies a repetition.
func announce(_ context.Context, id string, group *imv1alpha1.IMGroup) error {
	return json.NewEncoder(os.Stdout).Encode(map[string]string{"msg": "notification", "id": id, "namespace": group.Namespace,
		"name": group.Name, "groupID": group.Spec.GroupID, "text": *group.Status.Notification})
}

func main() {
	a := &announcer{}
	namespace := flag.String("namespace", os.Getenv("POD_NAMESPACE"), "namespace of the IMGroups")
	flag.TextVar(&a.since, "since", time.Time{}, "changes before this time, in RFC 3339, are old news")
	flag.Parse()
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	options := ctrl.Options{Cache: cache.Options{DefaultNamespaces: map[string]cache.Config{*namespace: {}}}}
	options.Metrics.BindAddress = "0"
	// A read that does not see the annotation of a moment ago would react twice.
	options.Client.Cache = &client.CacheOptions{EnableReadYourWritesConsistency: new(true)}
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), options)
	utilruntime.Must(err)
	utilruntime.Must(imv1alpha1.AddToScheme(mgr.GetScheme()))
	a.Client = mgr.GetClient()
	utilruntime.Must(ctrl.NewControllerManagedBy(mgr).For(&imv1alpha1.IMGroup{}).Complete(reconcile.AsReconciler(a.Client, a)))
	utilruntime.Must(mgr.Start(ctrl.SetupSignalHandler()))
}
