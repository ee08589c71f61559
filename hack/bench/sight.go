// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func microTime(ms int64) metav1.MicroTime { return metav1.NewMicroTime(time.UnixMilli(ms).UTC()) }

// sight is what a user sees: a watch of the IMGroups of a namespace.
type sight struct {
	watch watch.Interface
	done  sync.WaitGroup

	mu    sync.Mutex
	ended error
}

// watchGroups tells of every change, with the newest event time that the group knows and when it was seen.
func (c *cluster) watchGroups(ctx context.Context, namespace string, seen func(id string, eventTime int64, at time.Time)) (*sight, error) {
	var list imv1alpha1.IMGroupList
	if err := c.bare.List(ctx, &list, client.InNamespace(namespace), client.Limit(1)); err != nil {
		return nil, err
	}
	w, err := c.bare.Watch(ctx, &imv1alpha1.IMGroupList{}, client.InNamespace(namespace),
		&client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.ResourceVersion}})
	if err != nil {
		return nil, err
	}
	s := &sight{watch: w}
	s.done.Go(func() { s.follow(seen) })
	return s, nil
}

func (s *sight) follow(seen func(id string, eventTime int64, at time.Time)) {
	for e := range s.watch.ResultChan() {
		at := time.Now()
		switch g, ok := e.Object.(*imv1alpha1.IMGroup); {
		case !ok:
			s.end(errors.New("the watch ended with an error of the API server"))
			return
		case g.Status.LastChange != nil:
			seen(g.Spec.GroupID, g.Status.LastChange.EventTime.UnixMilli(), at)
		}
	}
	s.end(errors.New("the watch ended"))
}

func (s *sight) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = err
}

// err tells whether the watch ended, for loops that wait for it.
func (s *sight) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *sight) stop() {
	s.watch.Stop()
	s.done.Wait()
}
