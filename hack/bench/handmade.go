// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	_ "embed"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// handmadeCRD is of a kind that has the same facts as an IMGroup in the shape that comes first to mind.
//
//go:embed handmade.yaml
var handmadeCRD []byte

var handmadeKind = schema.GroupVersionKind{Group: "handmade.example.com", Version: "v1", Kind: "ChatGroup"}

// handmade are objects of a hand-made operator, in a namespace of their own.
type handmade struct {
	cluster *cluster
	objects []unstructured.Unstructured
}

// newHandmade makes so many objects, of which at most manyGroups can be written: the first through the API server, so that
// it has managedFields as any object has, the others as copies.
func (b *bench) newHandmade(ctx context.Context, count int) (*handmade, error) {
	c, err := b.needCluster(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.defineHandmade(ctx); err != nil {
		return nil, err
	}
	namespace := b.name("handmade")
	if err := c.create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		return nil, err
	}
	first, err := c.firstHandmade(ctx, namespace)
	if err != nil {
		return nil, err
	}
	err = c.put(ctx, 1, count, func(n int) object {
		return object{"handmade.example.com/chatgroups", copyAs(first.Object, namespace, groupName(groupID(n)), n)}
	})
	if err != nil {
		return nil, err
	}
	var list unstructured.UnstructuredList
	list.SetGroupVersionKind(handmadeKind)
	err = c.bare.List(ctx, &list, client.InNamespace(namespace), client.Limit(manyGroups))
	return &handmade{c, list.Items}, err
}

// defineHandmade waits until the kind is served.
func (c *cluster) defineHandmade(ctx context.Context) error {
	var crd unstructured.Unstructured
	if err := yaml.Unmarshal(handmadeCRD, &crd.Object); err != nil {
		return err
	}
	if err := c.create(ctx, &crd); err != nil {
		return err
	}
	var list unstructured.UnstructuredList
	list.SetGroupVersionKind(handmadeKind)
	return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, 10*time.Second, true, func(ctx context.Context) (bool, error) {
		err := c.bare.List(ctx, &list, client.Limit(1))
		if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
			return false, nil
		}
		return err == nil, err
	})
}

func (c *cluster) firstHandmade(ctx context.Context, namespace string) (*unstructured.Unstructured, error) {
	o := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"namespace": namespace, "name": groupName(groupID(0)),
			"labels":          map[string]any{"app.kubernetes.io/managed-by": "handmade", "handmade.example.com/app": appName},
			"ownerReferences": []any{map[string]any{"apiVersion": "handmade.example.com/v1", "kind": "ChatApp", "name": appName, "uid": namespace}}},
		"spec": map[string]any{"appRef": map[string]any{"name": appName}, "groupID": groupID(0)},
	}}
	o.SetGroupVersionKind(handmadeKind)
	if err := c.bare.Create(ctx, o); err != nil {
		return nil, err
	}
	o.Object["status"] = handmadeStatus()
	if err := c.bare.Status().Update(ctx, o); err != nil {
		return nil, err
	}
	first := o.DeepCopy()
	unstructured.RemoveNestedField(first.Object, "metadata", "resourceVersion") // of etcd's own making
	return first, nil
}

// puts write whole statuses, as an update does.
func (h *handmade) puts() *ceiling {
	return &ceiling{objects: len(h.objects), write: func(ctx context.Context, i int) error {
		changeByHand(&h.objects[i])
		return h.cluster.bare.Status().Update(ctx, &h.objects[i])
	}}
}

// patches write what differs.
func (h *handmade) patches() *ceiling {
	return &ceiling{objects: len(h.objects), write: func(ctx context.Context, i int) error {
		before := h.objects[i].DeepCopy()
		changeByHand(&h.objects[i])
		return h.cluster.bare.Status().Patch(ctx, &h.objects[i], client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	}}
}
