// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command forwarder sends each change of a group on as a CloudEvent. See README.md beside it.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/go-logr/logr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

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
	status, e := group.Status, cloudevents.NewEvent()
	status.Conditions, status.ObservedGeneration = nil, 0 // of the operator, not of the group
	data := map[string]any{"namespace": group.Namespace, "name": group.Name, "spec": group.Spec, "status": status}
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
	f := &forwarder{}
	namespace := flag.String("namespace", os.Getenv("POD_NAMESPACE"), "namespace of the IMGroups")
	sink := flag.String("sink", os.Getenv("K_SINK"), "URL that takes the events")
	flag.StringVar(&f.cluster, "cluster", "", "begins the source of the events, such as https://cluster.example.com")
	flag.Parse()
	if target, err := url.Parse(*sink); err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		fmt.Fprintln(os.Stderr, "forwarder: --sink or K_SINK must be the http or https URL that takes the events")
		flag.Usage()
		os.Exit(2) //nolint:forbidigo // main ends the process
	}
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	var err error
	f.sink, err = cloudevents.NewClientHTTP(cehttp.WithTarget(*sink), cehttp.WithClient(http.Client{Timeout: 10 * time.Second}))
	utilruntime.Must(err)
	options := ctrl.Options{Cache: cache.Options{DefaultNamespaces: map[string]cache.Config{*namespace: {}}}}
	options.Metrics.BindAddress = "0"
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), options)
	utilruntime.Must(err)
	utilruntime.Must(imv1alpha1.AddToScheme(mgr.GetScheme()))
	f.Client = mgr.GetClient()
	pace := controller.Options{MaxConcurrentReconciles: 4, // for one group there is never more than one
		RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[ctrl.Request](200*time.Millisecond, 30*time.Second)}
	utilruntime.Must(ctrl.NewControllerManagedBy(mgr).For(&imv1alpha1.IMGroup{}).WithOptions(pace).Complete(f))
	utilruntime.Must(mgr.Start(ctrl.SetupSignalHandler()))
}
