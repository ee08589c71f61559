// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cluster is the API server with the rights of the user: the client, the names of objects as people write them,
// and what its errors mean.
package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// fieldOwner is who the API server takes for the author of what the plugin writes.
const fieldOwner = client.FieldOwner("kubectl-imgroup")

// Cluster is a client, and the namespace of --namespace, else of the context.
type Cluster struct {
	client.WithWatch
	Namespace string
	Config    *rest.Config
}

// Connect makes a client by kubectl's flags. Nothing is sent yet.
func Connect(flags *genericclioptions.ConfigFlags, userAgent string, warnings rest.WarningHandler) (*Cluster, error) {
	loader := flags.ToRawKubeConfigLoader()
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, err
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, err
	}
	config.UserAgent, config.WarningHandler = userAgent, warnings
	config.QPS = -1 // what a person asks for needs no brake
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, imv1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	c, err := client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: kinds()})
	if err != nil {
		return nil, err
	}
	return &Cluster{WithWatch: c, Namespace: namespace, Config: config}, nil
}

// kinds are those that the plugin uses. Knowing them saves asking the API server for all that it has.
func kinds() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{imv1alpha1.GroupVersion, corev1.SchemeGroupVersion})
	for _, kind := range []string{"IMApp", "IMGroup"} {
		m.Add(imv1alpha1.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	m.Add(CRD, meta.RESTScopeRoot)
	for _, kind := range []string{"Secret", "Event", "Pod"} {
		m.Add(corev1.SchemeGroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	return m
}

// CRD is the kind of the definitions, of which no types are needed.
var CRD = schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}

// Scope is where objects are looked for: one namespace, or "" for all.
func (c *Cluster) Scope(all bool) string {
	if all {
		return ""
	}
	return c.Namespace
}

// Change sends a JSON merge patch of an object, which is afterwards as the API server has it.
func (c *Cluster) Change(ctx context.Context, o client.Object, patch string) error {
	return c.Patch(ctx, o, client.RawPatch(types.MergePatchType, []byte(patch)), fieldOwner)
}
