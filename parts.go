// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"log/slog"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	crmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/imgroup-operator/imgroup-operator/controllers"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/metricsauth"
	"github.com/imgroup-operator/imgroup-operator/internal/options"
	"github.com/imgroup-operator/imgroup-operator/webhook"
)

// build makes the parts: journal, manager, controllers, receiver.
func (op *operator) build(ctx context.Context, o options.Options, config *rest.Config) error {
	err := preflight(ctx, o)
	if err != nil {
		return err
	}
	collectors := metrics.New(crmetrics.Registry)
	groups := &controllers.Waker[event.Key]{}
	op.journal, err = journal.Open(o.JournalDir, journal.Options{MaxBytes: o.JournalMaxBytes, MaxGroups: o.JournalMaxGroups,
		Join: merge.Join, Wake: groups.Wake, Log: slog.New(logr.ToSlogHandler(op.log.WithName("journal")))})
	if err != nil {
		return wrap("opening the journal", err)
	}
	if op.manager, err = newManager(o, config, op.log); err != nil {
		return wrap("making the manager", err)
	}
	elector, err := controllers.NewElector(config, o.LeaderElectionNamespace, identity(), o.LeaderElect)
	if err != nil {
		return err
	}
	op.control, err = controllers.Setup(ctx, op.manager, controllers.Parts{Journal: op.journal, Registry: op.registry,
		Metrics: collectors, Elector: elector, Groups: groups, ExternalURL: o.CallbackExternalURL,
		AllowedHosts: o.RESTAllowedHosts, SyncWorkers: o.SyncWorkers, Pressed: func() bool { return op.receiver.Pressed() }})
	if err != nil {
		return wrap("setting up the controllers", err)
	}
	op.receiver = webhook.NewServer(webhook.Config{BindAddress: o.CallbackBindAddress, TLSCertDir: o.CallbackTLSCertDir,
		Apps: op.registry, Journal: op.journal, Resync: op.control.Resync, Metrics: collectors,
		Log: op.log.WithName("callback"), Audit: op.audit})
	op.watch(collectors)
	return wrap("adding the probes", op.addProbes(ctx, o.HealthProbeBindAddress))
}

func newManager(o options.Options, config *rest.Config, log logr.Logger) (ctrl.Manager, error) {
	readYourWrites := true
	return ctrl.NewManager(config, ctrl.Options{
		Scheme:         controllers.Scheme(),
		MapperProvider: controllers.Mapper,
		Cache:          controllers.CacheOptions(o.WatchNamespaces),
		Client:         client.Options{Cache: &client.CacheOptions{EnableReadYourWritesConsistency: &readYourWrites}},
		Logger:         log,
		Metrics:        metricsOptions(o),
	})
}

// metricsOptions serve plain HTTP, or HTTPS to those alone whom the API server allows.
func metricsOptions(o options.Options) metricsserver.Options {
	m := metricsserver.Options{BindAddress: o.MetricsBindAddress, SecureServing: o.MetricsSecure}
	if o.MetricsSecure {
		m.FilterProvider = metricsauth.Default().Filter
	}
	return m
}

// watch exports what the parts know at each scrape.
func (op *operator) watch(m *metrics.Metrics) {
	m.WatchJournal(
		func() float64 { return float64(op.journal.Stats().Groups) },
		func() float64 { return float64(op.journal.Stats().Bytes) })
	m.WatchLogs("log", func() float64 { return float64(op.lines.Dropped()) })
	m.WatchLogs("audit", func() float64 { return float64(op.audit.Dropped()) })
	m.WatchApps(
		func() float64 { ready, _ := op.registry.Count(); return float64(ready) },
		func() float64 { _, unready := op.registry.Count(); return float64(unready) })
	m.JournalErrors.WithLabelValues(metrics.OpDamage).Add(float64(len(op.journal.Damage())))
}

// loadConfig reads a named kubeconfig, or looks in the usual places.
func loadConfig(file string) (*rest.Config, error) {
	if file == "" {
		return ctrl.GetConfig()
	}
	return clientcmd.BuildConfigFromFlags("", file)
}
