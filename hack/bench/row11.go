// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// changesPoll is how often a change is looked for, and so how exact its time is.
const changesPoll = 5 * time.Millisecond

// inForce are the times, each from a user's write, until it decides how callbacks are answered.
type inForce struct{ newApp, rotation, suspend time.Duration }

// timeChanges makes an IMApp, changes its token and suspends it, at an operator that has just become ready.
func (b *bench) timeChanges(ctx context.Context, o *operator, namespace string) (r inForce, err error) {
	if err := o.AwaitReady(ctx); err != nil {
		return r, err
	}
	c, sender := b.cluster, &fakeim.Sender{URL: o.URL(namespace, appName), SDKAppID: sdkAppID, Token: token}
	if r.newApp, err = until(ctx, sender, http.StatusOK, func() error { _, err := c.newApp(ctx, namespace); return err }); err != nil {
		return r, fmt.Errorf("a new IMApp: %w", err)
	}
	meta := metav1.ObjectMeta{Namespace: namespace, Name: appName}
	sender.Token = "another-" + token
	r.rotation, err = until(ctx, sender, http.StatusOK, func() error {
		return c.merge(ctx, &corev1.Secret{ObjectMeta: meta}, `{"stringData":{"token":"`+sender.Token+`"}}`)
	})
	if err != nil {
		return r, fmt.Errorf("a new token: %w", err)
	}
	r.suspend, err = until(ctx, sender, http.StatusNotFound, func() error {
		return c.merge(ctx, &imv1alpha1.IMApp{ObjectMeta: meta}, `{"spec":{"suspend":true}}`)
	})
	if err != nil {
		err = fmt.Errorf("a suspension: %w", err)
	}
	return r, err
}

// until sends callbacks after a change until they are answered as they then must be.
func until(ctx context.Context, s *fakeim.Sender, status int, change func() error) (time.Duration, error) {
	if err := change(); err != nil {
		return 0, err
	}
	start := time.Now()
	err := wait.PollUntilContextTimeout(ctx, changesPoll, time.Minute, true, func(ctx context.Context) (bool, error) {
		reply, err := s.Send(ctx, []byte("{}"), fakeim.WithCommand("Group.CallbackAfterSendMsg"))
		if err != nil {
			return false, err
		}
		return reply.HTTPStatus == status, nil
	})
	return time.Since(start), err
}

func (c *cluster) merge(ctx context.Context, o client.Object, patch string) error {
	return c.admin.Patch(ctx, o, client.RawPatch("application/merge-patch+json", []byte(patch)))
}
