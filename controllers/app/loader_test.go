// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache/informertest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllertest"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

const appID = 1400000000

var errAway = errors.New("connection refused")

var chat = apps.Key{Namespace: "ns", Name: "chat"}

// api is an API server with one IMApp and one Secret, or an error instead of each.
type api struct {
	client.Reader
	app       *imv1alpha1.IMApp
	secret    map[string][]byte
	err       error // of the Secret
	get, list error // of the IMApp
}

func (a *api) Get(_ context.Context, key client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	switch o := o.(type) {
	case *imv1alpha1.IMApp:
		if a.app == nil {
			return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
		}
		a.app.DeepCopyInto(o)
		return a.get
	case *corev1.Secret:
		o.Data = a.secret
		return a.err
	}
	return nil
}

func (a *api) List(context.Context, client.ObjectList, ...client.ListOption) error { return a.list }

func signed() *imv1alpha1.IMApp {
	return &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "chat", UID: "u", Generation: 1},
		Spec: imv1alpha1.IMAppSpec{SDKAppID: appID, Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: "tokens"}}}}
}

// loaded is what a loader has told of.
type loaded struct {
	*Loader
	registry *apps.Registry
	changed  int
	resumed  []int64
}

func newLoaded(a *api) *loaded {
	l := &loaded{registry: &apps.Registry{}}
	l.Loader = NewLoader(a, a, l.registry, func(apps.Key) { l.changed++ }, func(_ apps.Key, generation int64) { l.resumed = append(l.resumed, generation) })
	return l
}

// look reconciles and returns the tokens.
func (l *loaded) look(t *testing.T) (tokens []string, problem string) {
	t.Helper()
	if _, err := l.Reconcile(t.Context(), kube.Request(chat)); err != nil {
		t.Fatal(err)
	}
	app, _ := l.registry.Get(chat)
	for _, token := range app.Tokens {
		tokens = append(tokens, string(token))
	}
	return tokens, app.Problem.Reason
}

func TestTheRegistryFollowsAnIMAppAndItsSecret(t *testing.T) {
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "tokens", nil)
	gone := apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, "tokens")
	a := &api{app: signed(), err: forbidden}
	l := newLoaded(a)
	for _, step := range []struct {
		why     string
		secret  map[string][]byte
		err     error
		tokens  []string
		problem string
		changed int // in all
	}{
		{"unreadable at first", nil, forbidden, nil, imv1alpha1.ReasonSecretUnreadable, 1},
		{"without a token", map[string][]byte{"other": []byte("x")}, nil, nil, imv1alpha1.ReasonTokenMissing, 2},
		{"a token", map[string][]byte{"token": []byte("one\n")}, nil, []string{"one"}, "", 3},
		{"two in a rotation", map[string][]byte{"token": []byte("two"), "previousToken": []byte("one")}, nil, []string{"two", "one"}, "", 3},
		{"unreadable again: they stay", nil, forbidden, []string{"two", "one"}, "", 3},
		{"the Secret was deleted", nil, gone, nil, imv1alpha1.ReasonSecretNotFound, 4},
	} {
		a.secret, a.err = step.secret, step.err
		tokens, problem := l.look(t)
		if diff := cmp.Diff(step.tokens, tokens); diff != "" || problem != step.problem || l.changed != step.changed {
			t.Errorf("%s: problem %q, %d changes were told (-want +got):\n%s", step.why, problem, l.changed, diff)
		}
	}
	a.app = nil
	if tokens, _ := l.look(t); len(tokens) > 0 || len(l.registry.Keys()) > 0 {
		t.Error("an IMApp that is gone is still known")
	}
}

func TestAResumptionIsToldOnce(t *testing.T) {
	a := &api{app: signed(), secret: map[string][]byte{"token": []byte("one")}}
	a.app.Spec.Suspend = true
	l := newLoaded(a)
	l.look(t)
	a.app.Spec.Suspend, a.app.Generation = false, 2
	l.look(t)
	l.look(t)
	if diff := cmp.Diff([]int64{2}, l.resumed); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestASecretIsReadAgainInTime(t *testing.T) {
	a := &api{app: signed()}
	l := newLoaded(a)
	if r, err := l.Reconcile(t.Context(), kube.Request(chat)); err != nil || r.RequeueAfter != secretRetry {
		t.Errorf("one that lacks its token: %v, %v", r, err)
	}
	a.secret = map[string][]byte{"token": []byte("one")}
	if r, err := l.Reconcile(t.Context(), kube.Request(chat)); err != nil || r.RequeueAfter < secretInterval || r.RequeueAfter > secretInterval+secretJitter {
		t.Errorf("one that has it: %v, %v", r, err)
	}
	a.app.Spec.Callback = imv1alpha1.IMAppCallback{AllowUnsigned: true}
	if r, err := l.Reconcile(t.Context(), kube.Request(chat)); err != nil || r.RequeueAfter != 0 {
		t.Errorf("without a Secret: %v, %v", r, err)
	}
}

// informed is a cache whose informer tells of what is deleted.
type informed struct {
	informertest.FakeInformers
	informer *controllertest.FakeInformer
}

func (i *informed) GetInformer(context.Context, client.Object, ...cache.InformerGetOption) (cache.Informer, error) {
	return i.informer, nil
}

func TestAllIMAppsAreKnownBeforeTheFirstCallback(t *testing.T) {
	secret := func(name string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name}, Data: map[string][]byte{"token": []byte("one")}}
	}
	other := signed()
	other.Name, other.Spec.Callback.TokenSecretRef.Name = "other", "missing"
	api := fake.NewClientBuilder().WithScheme(kube.Scheme()).WithObjects(signed(), other, secret("tokens")).Build()
	registry := &apps.Registry{}
	l := NewLoader(api, api, registry, func(apps.Key) {}, func(apps.Key, int64) {})
	c := &informed{informer: controllertest.NewFakeInformer(controllertest.Synced)}
	if err := l.LoadAll(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if known, _ := registry.Get(chat); !registry.Loaded() || !known.Ready || len(registry.Keys()) != 2 {
		t.Errorf("loaded %t: %v", registry.Loaded(), registry.Keys())
	}
	if err := api.Delete(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	c.informer.Delete(other) // nobody else tells of it before the controllers watch
	if keys := registry.Keys(); len(keys) != 1 || keys[0] != chat {
		t.Errorf("after a deletion it knows %v", keys)
	}
	c.informer.Delete(signed()) // late: it is there again
	if len(registry.Keys()) != 1 {
		t.Error("an IMApp that was recreated is forgotten")
	}
}

func TestNothingIsLoadedBeforeAllIMAppsAreKnown(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for why, c := range map[string]struct {
		ctx      context.Context
		informer *controllertest.FakeInformer
		list     error
		want     error
	}{
		"the process ends first": {stopped, controllertest.NewFakeInformer(), nil, context.Canceled},
		"they cannot be listed":  {t.Context(), controllertest.NewFakeInformer(controllertest.Synced), errAway, errAway},
	} {
		a, registry := &api{app: signed(), list: c.list}, &apps.Registry{}
		l := NewLoader(a, a, registry, func(apps.Key) {}, func(apps.Key, int64) {})
		if err := l.LoadAll(c.ctx, &informed{informer: c.informer}); !errors.Is(err, c.want) || registry.Loaded() {
			t.Errorf("%s: %v, loaded %t", why, err, registry.Loaded())
		}
	}
}

func TestAnIMAppThatCannotBeReadStaysAsItIsKnown(t *testing.T) {
	a := &api{app: signed(), secret: map[string][]byte{"token": []byte("one")}}
	l := newLoaded(a)
	l.look(t)
	a.get = errAway
	if _, err := l.Reconcile(t.Context(), kube.Request(chat)); !errors.Is(err, errAway) {
		t.Errorf("%v, want %v", err, errAway)
	}
	if known, _ := l.registry.Get(chat); len(known.Tokens) != 1 {
		t.Error("the token is forgotten")
	}
}

// The tokens known before stay only for the Secret from which they came.
func TestTokensOfAnotherSecretAreNotTakenOver(t *testing.T) {
	a := &api{app: signed(), secret: map[string][]byte{"token": []byte("one")}}
	l := newLoaded(a)
	l.look(t)
	a.app.Spec.Callback.TokenSecretRef.Name = "another"
	a.err = errAway
	if tokens, problem := l.look(t); len(tokens) > 0 || problem != imv1alpha1.ReasonSecretUnreadable {
		t.Errorf("tokens %q, problem %q", tokens, problem)
	}
}

// What the webhook or the status depends on must be told of; the tokens themselves are nobody's business.
func TestEveryChangeThatMattersIsTold(t *testing.T) {
	for why, change := range map[string]func(*imv1alpha1.IMApp){
		"another object":      func(app *imv1alpha1.IMApp) { app.UID = "another" },
		"another spec":        func(app *imv1alpha1.IMApp) { app.Generation++ },
		"another application": func(app *imv1alpha1.IMApp) { app.Spec.SDKAppID++ },
		"suspended":           func(app *imv1alpha1.IMApp) { app.Spec.Suspend = true },
		"unsigned":            func(app *imv1alpha1.IMApp) { app.Spec.Callback.AllowUnsigned = true },
		"another Secret":      func(app *imv1alpha1.IMApp) { app.Spec.Callback.TokenSecretRef.Name = "another" },
	} {
		a := &api{app: signed(), secret: map[string][]byte{"token": []byte("one")}}
		l := newLoaded(a)
		l.look(t)
		if l.look(t); l.changed != 1 {
			t.Errorf("%d changes are told where there was one", l.changed)
		}
		change(a.app)
		if l.look(t); l.changed != 2 {
			t.Errorf("%s: it is not told", why)
		}
	}
}
