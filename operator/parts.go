// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"context"
	"log/slog"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/imgroup-operator/imgroup-operator/controllers"
	"github.com/imgroup-operator/imgroup-operator/controllers/group"
	"github.com/imgroup-operator/imgroup-operator/controllers/resync"
	"github.com/imgroup-operator/imgroup-operator/internal/deadletter"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupcache"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/leader"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/metricsauth"
	"github.com/imgroup-operator/imgroup-operator/internal/options"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/webhook"
)

// deadletterPart: one part in so many of --journal-max-bytes is for dead letters, which the journal leaves free.
const deadletterPart = 16

// build makes the parts: journal, manager, receiver, controllers.
func (op *Operator) build(ctx context.Context, o options.Options, config *rest.Config) error {
	err := preflight(ctx, o)
	if err != nil {
		return err
	}
	collectors := metrics.New(crmetrics.Registry)
	groups := &queue.Source[group.Request]{}
	op.journal, err = journal.Open(o.JournalDir, journal.Options{MaxBytes: o.JournalMaxBytes, MaxGroups: o.JournalMaxGroups,
		Fold: merge.Fold, Wake: func(key event.Key) { groups.Push(group.Of(key)) }, Log: slog.New(logr.ToSlogHandler(op.log.WithName("journal")))})
	if err != nil {
		return wrap("opening the journal", err)
	}
	op.letters = deadletter.New(o.JournalDir, o.JournalMaxBytes/deadletterPart, merge.Fold)
	refused := &kube.Refused{Changed: collectors.WatchNamespaces(o.WatchNamespaces)}
	op.readiness = &readiness{log: op.log.WithName("readiness"), failures: op.journal.Failures, refused: refused.Names}
	if op.manager, err = newManager(o, config, refused, op.log); err != nil {
		return wrap("making the manager", err)
	}
	elector, err := leader.New(config, o.LeaderElectionNamespace, identity(), o.LeaderElect)
	if err != nil {
		return err
	}
	op.requests = resync.NewRequests(op.manager.GetClient(), op.ledger(), time.Now)
	op.receiver = webhook.NewServer(webhook.Config{BindAddress: o.CallbackBindAddress, TLSCertDir: o.CallbackTLSCertDir,
		Apps: op.registry, Journal: op.journal, Resync: op.requests, Metrics: collectors,
		Log: op.log.WithName("callback"), Audit: op.audit})
	op.loader, err = controllers.Setup(ctx, op.manager, controllers.Parts{Journal: op.pending(), Registry: op.registry,
		Metrics: collectors, Elector: elector, Groups: groups, Requests: op.requests, ExternalURL: o.CallbackExternalURL,
		AllowedHosts: o.RESTAllowedHosts, SyncWorkers: o.SyncWorkers, Saturated: op.receiver.Saturated})
	if err != nil {
		return wrap("setting up the controllers", err)
	}
	op.watch(collectors)
	return wrap("adding the probes", op.addProbes(ctx, o.HealthProbeBindAddress))
}

func newManager(o options.Options, config *rest.Config, refused *kube.Refused, log logr.Logger) (ctrl.Manager, error) {
	readYourWrites := true
	return ctrl.NewManager(config, ctrl.Options{
		Scheme:         kube.Scheme(),
		MapperProvider: kube.Mapper,
		NewCache:       groupcache.New(o.ClearManagedFields),
		Cache:          kube.CacheOptions(o.WatchNamespaces, refused),
		Client:         client.Options{Cache: &client.CacheOptions{EnableReadYourWritesConsistency: &readYourWrites}},
		Logger:         log,
		Metrics:        metricsOptions(o),

		PprofBindAddress: o.PprofBindAddress,
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
func (op *Operator) watch(m *metrics.Metrics) {
	m.WatchJournal(
		func() float64 { return float64(op.journal.Stats().Groups) },
		func() float64 { return float64(op.journal.Stats().Bytes + op.letters.Bytes()) },
		func() float64 { return float64(op.journal.Failures()) })
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
