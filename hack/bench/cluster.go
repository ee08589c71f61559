// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// cluster is the control plane that the rows share, with the objects that they need.
type cluster struct {
	env      *localenv.Env
	admin    client.WithWatch
	bare     client.WithWatch // an ordinary ServiceAccount that may do what the bare sides of comparisons do
	asAdmin  *http.Client     // for /metrics
	operator *rest.Config     // whom operators act as
	template map[string]any   // an IMGroup as the operator makes it; see seed.go
}

const (
	systemNamespace = "imgroup-system"
	operatorAccount = "imgroup-operator"
	bareAccount     = "bench"
)

// needCluster starts the control plane for the first row that needs it.
func (b *bench) needCluster(ctx context.Context) (*cluster, error) {
	if b.cluster != nil {
		return b.cluster, nil
	}
	env, err := localenv.Start(ctx, localenv.Options{Dir: filepath.Join(b.work, "controlplane"),
		CRDs: []string{filepath.Join(b.config, "crd", "bases")}})
	if err != nil {
		return nil, err
	}
	c := &cluster{env: env}
	b.cluster = c
	if err := errors.Join(c.connect(), c.grant(ctx, filepath.Join(b.config, "rbac"))); err != nil {
		return nil, err
	}
	return c, b.learnTemplate(ctx)
}

// connect makes the clients.
func (c *cluster) connect() (err error) {
	scheme := kube.Scheme()
	if err := admissionv1.AddToScheme(scheme); err != nil { // of the webhooks and policies of row 19
		return err
	}
	if c.admin, err = client.NewWithWatch(c.env.Config, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	if c.asAdmin, err = rest.HTTPClientFor(c.env.Config); err != nil {
		return err
	}
	bare, err := c.env.ServiceAccount(systemNamespace, bareAccount)
	if err != nil {
		return err
	}
	if c.bare, err = client.NewWithWatch(bare, client.Options{Scheme: kube.Scheme()}); err != nil {
		return err
	}
	c.operator, err = c.env.ServiceAccount(systemNamespace, operatorAccount)
	return err
}

func (c *cluster) stop() error {
	if c == nil {
		return nil
	}
	return c.env.Stop()
}

// writes are the API server's own counts of what was asked of it since it started: writes of IMGroups, and of Events.
func (c *cluster) writes(ctx context.Context) (groups, events float64, err error) {
	m, err := scrape(ctx, c.asAdmin, c.env.Config.Host+"/metrics")
	if err != nil {
		return 0, 0, fmt.Errorf("the API server's metrics: %w", err)
	}
	for _, verb := range []string{"POST", "PUT", "PATCH", "APPLY"} {
		groups += m.sum("apiserver_request_total", `resource="imgroups"`, `verb="`+verb+`"`)
		events += m.sum("apiserver_request_total", `resource="events"`, `verb="`+verb+`"`)
	}
	return groups, events, nil
}

// serverMemory is the API server's resident memory, in MiB, as it says itself.
func (c *cluster) serverMemory(ctx context.Context) (float64, error) {
	m, err := scrape(ctx, c.asAdmin, c.env.Config.Host+"/metrics")
	if err != nil {
		return 0, fmt.Errorf("the API server's metrics: %w", err)
	}
	return m.sum("process_resident_memory_bytes") / (1 << 20), nil
}
