// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	secretKey     = "0123456789abcdef0123456789abcdef"
	cloudRate     = 200 // queries per second, Tencent's limit: the cloud is not to be what holds a resync up
	resyncTimeout = 10 * time.Minute
)

// row13 lets the operator fetch many groups from a fake cloud: first of all, then again when there is nothing to write.
func (b *bench) row13(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "cloud", 0)
	if err != nil {
		return err
	}
	cloud := fakeim.NewCloud(fakeim.Config{SDKAppID: sdkAppID, Key: secretKey})
	for n := range b.cloud {
		if _, err := cloud.Create(fakeim.Group{ID: fmt.Sprintf("group-%07d", n), Name: "ops", Notification: notice(int64(n)), Owner: "leckie"}, fakeim.Somebody); err != nil {
			return err
		}
	}
	server := httptest.NewServer(cloud)
	defer server.Close()
	if err := b.cluster.useCloud(ctx, app, server.URL); err != nil {
		return err
	}
	o, err := b.startOperator(ctx, app.Namespace, "--rest-allowed-hosts="+server.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	return b.measureResyncs(ctx, o, app)
}

// measureResyncs has one resync from nothing, and one in each round that has nothing to write.
func (b *bench) measureResyncs(ctx context.Context, o *operator, app *imv1alpha1.IMApp) error {
	first, _, err := b.resync(ctx, o, app, "first")
	if err != nil {
		return err
	}
	before, _, err := residentSet(o.Process)
	if err != nil {
		return err
	}
	var rates, writes, more []float64
	err = b.eachRound(ctx, func() error {
		took, written, err := b.resync(ctx, o, app, fmt.Sprint("round ", len(rates)))
		_, most, memoryErr := residentSet(o.Process)
		rates, writes, more = append(rates, float64(b.cloud)/took.Seconds()), append(writes, written), append(more, most-before)
		return errors.Join(err, memoryErr)
	})
	groups := thousands(b.cloud) + " groups"
	b.detail("13", "backfill of "+groups+" from nothing", "/s", []float64{float64(b.cloud) / first.Seconds()})
	b.detail("13", "resync of "+groups+" that need nothing", "/s", rates)
	b.add(figure{Row: "13", What: "API writes of IMGroups by a resync that has nothing to say", Values: writes, Bound: none()})
	b.detail("13", "most memory of a resync above what it was before", "MiB", more)
	return err
}

// resync asks for a resync and returns the time until it is done, and the writes of IMGroups.
func (b *bench) resync(ctx context.Context, o *operator, app *imv1alpha1.IMApp, request string) (time.Duration, float64, error) {
	before, _, err := b.cluster.writes(ctx)
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	patch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, imv1alpha1.AnnotationResyncRequestedAt, request))
	if err := b.cluster.admin.Patch(ctx, app.DeepCopy(), patch); err != nil {
		return 0, 0, err
	}
	err = o.awaitMetrics(ctx, "the resync", resyncTimeout, func(ctx context.Context) error {
		now := &imv1alpha1.IMApp{}
		if err := b.cluster.admin.Get(ctx, client.ObjectKeyFromObject(app), now); err != nil {
			return err
		}
		if s := now.Status.Resync; s == nil || s.LastHandledRequest != request {
			return errors.New("it is not done")
		}
		return nil
	})
	took := time.Since(start)
	after, _, scrapeErr := b.cluster.writes(ctx)
	return took, after - before, errors.Join(err, scrapeErr)
}

// useCloud gives an application access to a cloud, on demand.
func (c *cluster) useCloud(ctx context.Context, app *imv1alpha1.IMApp, url string) error {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: app.Namespace, Name: "rest"}, StringData: map[string]string{"secretKey": secretKey}}
	if err := c.admin.Create(ctx, secret); err != nil {
		return err
	}
	before, onDemand, rate := app.DeepCopy(), int32(0), int32(cloudRate)
	app.Spec.Rest = &imv1alpha1.IMAppREST{BaseURL: url, AdminUserID: "administrator", SecretKeySecretRef: imv1alpha1.SecretReference{Name: "rest"},
		ResyncIntervalSeconds: &onDemand, QueriesPerSecond: &rate}
	return c.admin.Patch(ctx, app, client.MergeFrom(before))
}
