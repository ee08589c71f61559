// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"os"
	"runtime/pprof"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/logbuffer"
	"github.com/imgroup-operator/imgroup-operator/internal/memory"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/webhook"
)

// serveCommand runs the receiver alone, without the controllers, so that what it does can be told from what they do.
const serveCommand = "serve"

const receiverNamespace = "bench"

// instant is a journal that returns at once.
type instant struct{}

func (instant) Append(context.Context, event.Event) error { return nil }

// nobody is asked for a resync.
type nobody struct{}

func (nobody) RequestResync(apps.Key) {}

func serve(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(serveCommand, flag.ContinueOnError)
	addr := flags.String("addr", "", "address to listen on")
	dir := flags.String("journal", "", "folder of the journal; empty: one that returns at once")
	profile := flags.String("profile", "", "file for a processor profile")
	if err := flags.Parse(args); err != nil {
		return err
	}
	stop, err := startProfile(*profile)
	if err != nil {
		return err
	}
	defer stop()
	_ = memory.Tune() // as the operator does; here is no container
	if *dir == "" {
		return receiver(*addr, instant{}).Start(ctx)
	}
	j, err := journal.Open(*dir, journalOptions())
	if err != nil {
		return err
	}
	defer j.Close()
	return receiver(*addr, j).Start(ctx)
}

// journalOptions are the operator's defaults.
func journalOptions() journal.Options {
	return journal.Options{MaxBytes: 1 << 30, MaxGroups: 200_000, Fold: merge.Fold}
}

func receiver(addr string, j webhook.Journal) *webhook.Server {
	registry := &apps.Registry{}
	key := apps.Key{Namespace: receiverNamespace, Name: appName}
	registry.Set(apps.App{Key: key, SDKAppID: sdkAppID, Tokens: [][]byte{[]byte(token)}, Ready: true})
	registry.MarkLoaded()
	return webhook.NewServer(webhook.Config{BindAddress: addr, Apps: registry, Journal: j, Resync: nobody{},
		Metrics: metrics.New(prometheus.NewRegistry()), Audit: logbuffer.New("audit", os.Stderr)})
}

// startProfile returns what ends the profile.
func startProfile(file string) (stop func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, pprof.StartCPUProfile(f)
}
