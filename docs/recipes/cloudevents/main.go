// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command forwarder sends each change of a group on as a CloudEvent. See README.md beside it.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// state is the data of an event: what is known of the group, without the conditions.
type state struct {
	Namespace string                   `json:"namespace"`
	Name      string                   `json:"name"`
	Spec      imv1alpha1.IMGroupSpec   `json:"spec"`
	Status    imv1alpha1.IMGroupStatus `json:"status"`
}

type forwarder struct {
	client.Client
	sink    cloudevents.Client
	cluster string
	sent    sync.Map // the id of the event that was sent last, by object
}

// Reconcile sends the state that a group has now, unless it was sent.
func (f *forwarder) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var group imv1alpha1.IMGroup
	if err := f.Get(ctx, request.NamespacedName, &group); err != nil {
		f.sent.Delete(request.NamespacedName)
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if group.Status.LastChange == nil {
		return ctrl.Result{}, nil // nothing is known yet
	}
	event, err := f.event(&group)
	if err != nil {
		return ctrl.Result{}, err
	}
	if last, _ := f.sent.Load(request.NamespacedName); last == event.ID() {
		return ctrl.Result{}, nil
	}
	if result := f.sink.Send(cloudevents.WithEncodingStructured(ctx), event); !cloudevents.IsACK(result) {
		return ctrl.Result{}, fmt.Errorf("sending: %w", result) // it is tried again, with the state of then
	}
	f.sent.Store(request.NamespacedName, event.ID())
	return ctrl.Result{}, nil
}

func (f *forwarder) event(group *imv1alpha1.IMGroup) (cloudevents.Event, error) {
	data := state{Namespace: group.Namespace, Name: group.Name, Spec: group.Spec, Status: group.Status}
	data.Status.Conditions, data.Status.ObservedGeneration = nil, 0
	e := cloudevents.NewEvent()
	if err := e.SetData(cloudevents.ApplicationJSON, data); err != nil {
		return e, err
	}
	e.SetType("dev.imgroup.group.changed")
	if group.Status.DestroyedTime != nil {
		e.SetType("dev.imgroup.group.disbanded")
	}
	e.SetSource(fmt.Sprintf("%s/namespaces/%s/imapps/%s", f.cluster, group.Namespace, group.Spec.AppRef.Name))
	e.SetSubject(group.Name)
	e.SetTime(group.Status.LastChange.EventTime.Time)
	e.SetID(fmt.Sprintf("%x", sha256.Sum256(e.Data()))) // the same state has the same id, whoever sends it
	e.SetExtension("sequence", fmt.Sprintf("%020s", group.ResourceVersion))
	return e, e.Validate()
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	f := &forwarder{}
	namespace := flag.String("namespace", os.Getenv("POD_NAMESPACE"), "namespace of the IMGroups")
	sink := flag.String("sink", os.Getenv("K_SINK"), "URL that takes the events")
	flag.StringVar(&f.cluster, "cluster", "", "begins the source of the events, such as https://cluster.example.com")
	flag.Parse()
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	scheme := runtime.NewScheme()
	if err := imv1alpha1.AddToScheme(scheme); err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"},
		Cache: cache.Options{DefaultNamespaces: map[string]cache.Config{*namespace: {}}},
	})
	if err != nil {
		return err
	}
	limited := http.Client{Timeout: 10 * time.Second}
	if f.sink, err = cloudevents.NewClientHTTP(cehttp.WithTarget(*sink), cehttp.WithClient(limited)); err != nil {
		return err
	}
	f.Client = mgr.GetClient()
	options := controller.Options{MaxConcurrentReconciles: 4, // for one group there is never more than one
		RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[ctrl.Request](200*time.Millisecond, 30*time.Second)}
	if err := ctrl.NewControllerManagedBy(mgr).For(&imv1alpha1.IMGroup{}).WithOptions(options).Complete(f); err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}
