// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func group(name, id string) *imv1alpha1.IMGroup {
	return &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "im", Name: name}, Spec: imv1alpha1.IMGroupSpec{GroupID: id}}
}

func TestGroup(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := imv1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	byID := func(o client.Object) []string { return []string{o.(*imv1alpha1.IMGroup).Spec.GroupID} }
	c := &Cluster{Namespace: "im", WithWatch: fake.NewClientBuilder().WithScheme(scheme).WithIndex(&imv1alpha1.IMGroup{}, "spec.groupID", byID).
		WithObjects(group("ops", "@TGS#1"), group("a", "@TGS#2"), group("b", "@TGS#2"), group("named-like-an-id", "ops")).Build()}
	for arg, want := range map[string]string{
		"ops": "ops", "imgroup/ops": "ops", "@TGS#1": "ops",
		"@TGS#2":       "the group @TGS#2 has 2 IMGroups, such as a and b: name one of them",
		"@TGS#3":       "there is no IMGroup @TGS#3 in the namespace im",
		"imgroup/none": "there is no IMGroup none in the namespace im",
	} {
		g, err := c.Group(context.Background(), arg)
		if err != nil && err.Error() != want || err == nil && g.Name != want {
			t.Errorf("%q: %+v, %v; want %s", arg, g, err, want)
		}
	}
}
