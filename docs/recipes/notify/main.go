// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command notifier tells chats of each change of a group, once. See README.md beside it.
package main

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/go-logr/logr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/notifier"
	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

func main() {
	namespace := flag.String("namespace", os.Getenv("POD_NAMESPACE"), "namespace of the IMGroups")
	rules := flag.String("rules", "rules.yaml", "file with the receivers and what each is told")
	webhooks := flag.String("webhooks", "webhooks", "folder with the files NAME.url and NAME.secret of each receiver")
	maxAge := flag.Duration("max-age", 24*time.Hour, "older changes are old news")
	flag.Parse()
	receivers, err := readRules(*rules)
	if err != nil {
		fmt.Fprintf(os.Stderr, "notifier: --rules: %v\n", err)
		os.Exit(2) //nolint:forbidigo // main ends the process
	}
	mgr := newManager(*namespace)
	for _, r := range receivers {
		n := &notifier.Notifier{Client: mgr.GetClient(), Receiver: r, MaxAge: *maxAge,
			Robot: robot.New(r.Kind, http.DefaultTransport, notifier.Webhook(*webhooks, r.Name))}
		pace := controller.Options{RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[ctrl.Request](time.Second, 5*time.Minute)}
		utilruntime.Must(ctrl.NewControllerManagedBy(mgr).Named(r.Name).For(&imv1alpha1.IMGroup{}).WithOptions(pace).Complete(n))
	}
	utilruntime.Must(mgr.Start(ctrl.SetupSignalHandler()))
}

func readRules(file string) ([]notifier.Receiver, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return notifier.Parse(text)
}

func newManager(namespace string) ctrl.Manager {
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	options := ctrl.Options{Cache: cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}}}
	options.Metrics.BindAddress = "0"
	// A read that does not see the annotation of a moment ago would tell twice.
	options.Client.Cache = &client.CacheOptions{EnableReadYourWritesConsistency: new(true)}
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), options)
	utilruntime.Must(err)
	utilruntime.Must(imv1alpha1.AddToScheme(mgr.GetScheme()))
	return mgr
}
