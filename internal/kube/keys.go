// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

// AppKey names an IMApp.
func AppKey(app *imv1alpha1.IMApp) apps.Key {
	return apps.Key{Namespace: app.Namespace, Name: app.Name}
}

// KeyOf names the IMApp of a request.
func KeyOf(req reconcile.Request) apps.Key {
	return apps.Key{Namespace: req.Namespace, Name: req.Name}
}

// Request asks a controller of IMApps to look at one.
func Request(app apps.Key) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: app.Namespace, Name: app.Name}}
}

// Requests does so for several.
func Requests(keys []apps.Key) []reconcile.Request {
	all := make([]reconcile.Request, 0, len(keys))
	for _, k := range keys {
		all = append(all, Request(k))
	}
	return all
}
