// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 is the API im.imgroup.dev/v1alpha1: IMApp, one Tencent Cloud Chat application, and IMGroup, one of
// its groups. It imports nothing of this module, so that other programs can use the types.
//
// +kubebuilder:object:generate=true
// +groupName=im.imgroup.dev
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the group and version of every type in this package.
var GroupVersion = schema.GroupVersion{Group: "im.imgroup.dev", Version: "v1alpha1"}

var schemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

// AddToScheme makes the types of this package known to a scheme.
var AddToScheme = schemeBuilder.AddToScheme

func addKnownTypes(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion, &IMApp{}, &IMAppList{}, &IMGroup{}, &IMGroupList{})
	metav1.AddToGroupVersion(s, GroupVersion)
	return nil
}
