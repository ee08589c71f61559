// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package notifier tells a chat of each change of a group, once.
package notifier

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

// unhurried is longer than a post may take, and shorter than the end of a Pod.
const unhurried = 20 * time.Second

// Notifier tells one receiver. It has a queue of its own, so that no receiver waits for another.
type Notifier struct {
	client.Client
	Receiver Receiver
	Robot    *robot.Robot
	MaxAge   time.Duration // of changes that are news
}

// annotation of an IMGroup that holds the marks of the changes that the receiver was told.
func (n *Notifier) annotation() string { return "notifier.example.com/" + n.Receiver.Name }

// Reconcile compares what is with what was told. It does not matter which event triggered it, or how many were missed.
func (n *Notifier) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	group, news, err := n.look(ctx, request)
	if err == nil && len(news.tell) > 0 {
		if err = n.Robot.Wait(ctx); err == nil {
			group, news, err = n.look(ctx, request) // minutes may have passed
		}
	}
	if err != nil || !news.fresh {
		return ctrl.Result{}, err
	}
	// What has begun is completed, also when the program is asked to end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unhurried)
	defer cancel()
	return ctrl.Result{}, n.tell(ctx, group, news)
}

// tell posts a message, if there is something to tell, and remembers it.
func (n *Notifier) tell(ctx context.Context, group *imv1alpha1.IMGroup, news news) error {
	if len(news.tell) > 0 {
		if err := n.Robot.Post(ctx, message(group, news.tell)); err != nil {
			return fmt.Errorf("posting to %s: %w", n.Receiver.Kind, err) // it is tried again
		}
		log.FromContext(ctx).Info("Message posted", "receiver", n.Receiver.Name)
	}
	before := group.DeepCopy()
	metav1.SetMetaDataAnnotation(&group.ObjectMeta, n.annotation(), news.marks)
	return client.IgnoreNotFound(n.Patch(ctx, group, client.MergeFrom(before)))
}

// look reads a group. There are no news of one that does not exist.
func (n *Notifier) look(ctx context.Context, request ctrl.Request) (*imv1alpha1.IMGroup, news, error) {
	var group imv1alpha1.IMGroup
	if err := n.Get(ctx, request.NamespacedName, &group); err != nil {
		return nil, news{}, client.IgnoreNotFound(err)
	}
	return &group, n.news(&group), nil
}
