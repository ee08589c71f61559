// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

var chat = apps.Key{Namespace: "ns", Name: "chat"}

func group(namespace, name, app, id string) *imv1alpha1.IMGroup {
	return &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: app}, GroupID: id}}
}

// indexer takes the one index.
type indexer struct{ of client.IndexerFunc }

func (i *indexer) IndexField(_ context.Context, _ client.Object, field string, of client.IndexerFunc) error {
	if i.of = of; field != GroupIndex {
		return errors.New("another index")
	}
	return nil
}

func TestAGroupsIMGroupsAreFoundByAppAndGroupID(t *testing.T) {
	i := &indexer{}
	if err := AddGroupIndex(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	if got := i.of(group("ns", "mine", "chat", "g")); !slices.Equal(got, []string{GroupIndexKey("chat", "g")}) {
		t.Errorf("it is found under %q", got)
	}
}

func TestEachGroupIsOneOfTheApp(t *testing.T) {
	api := fake.NewClientBuilder().WithScheme(Scheme()).WithObjects(group("ns", "a", "chat", "1"), group("ns", "b", "other", "1"),
		group("elsewhere", "c", "chat", "1"), group("ns", "d", "chat", "2")).Build()
	var names []string
	err := EachGroup(t.Context(), api, chat, func(g *imv1alpha1.IMGroup) { names = append(names, g.Name) })
	if slices.Sort(names); err != nil || !slices.Equal(names, []string{"a", "d"}) {
		t.Errorf("%q, %v", names, err)
	}
}

func TestTheCacheServesTheNamespacesThatItShall(t *testing.T) {
	refused := &Refused{}
	for _, c := range []struct{ namespaces []string }{{nil}, {[]string{"a"}}, {[]string{"a", "b"}}} {
		o := CacheOptions(c.namespaces, refused)
		if len(o.DefaultNamespaces) != len(c.namespaces) || o.DefaultTransform == nil {
			t.Errorf("%q: %+v", c.namespaces, o)
		}
		for _, ns := range c.namespaces {
			if _, served := o.DefaultNamespaces[ns]; !served {
				t.Errorf("%q: %s is not served", c.namespaces, ns)
			}
		}
	}
}

// The operator starts while the API server is away, so it cannot ask it for its kinds.
func TestEveryKindThatIsTouchedIsMapped(t *testing.T) {
	m, err := Mapper(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for kind, resource := range map[string]string{"IMApp": "imapps", "IMGroup": "imgroups"} {
		got, err := m.RESTMapping(imv1alpha1.GroupVersion.WithKind(kind).GroupKind(), imv1alpha1.GroupVersion.Version)
		if err != nil || got.Resource.Resource != resource || got.Scope.Name() != "namespace" {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
		if !Scheme().Recognizes(imv1alpha1.GroupVersion.WithKind(kind)) || !Scheme().Recognizes(imv1alpha1.GroupVersion.WithKind(kind+"List")) {
			t.Errorf("%s is not in the scheme", kind)
		}
	}
}

func TestAKeyAndItsRequestAreTheSame(t *testing.T) {
	other := apps.Key{Namespace: "ns", Name: "other"}
	all := Requests([]apps.Key{chat, other})
	if len(all) != 2 || KeyOf(all[0]) != chat || KeyOf(all[1]) != other || all[0] != Request(chat) {
		t.Errorf("%v", all)
	}
	if got := AppKey(&imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "chat"}}); got != chat {
		t.Errorf("%v", got)
	}
}
