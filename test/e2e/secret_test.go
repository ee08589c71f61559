// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net/http"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// Times of the contract.
const (
	servedAfterReady = time.Second      // by every replica, after one says Ready=True
	tokenReadAgain   = 15 * time.Second // a referenced Secret, by every replica: 10 s, and room for a busy machine
)

// harmless is a callback that is accepted and says the same each time.
var harmless = fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"})

func TestAnAppIsServedByAllReplicasSoonAfterItsSecretComes(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	replicas := startReplicas(t, ns, 2)
	create(t, signedApp(ns, "chat"))
	app := awaitApp(t, ns, "chat", "Ready=False/SecretNotFound", "Reconciling=True/SecretNotFound")
	if err := hasConditions(app.Status.Conditions, "Stalled=True/InvalidSpec"); err == nil {
		t.Error("a missing Secret is no bad spec")
	}
	for _, o := range replicas {
		eventually(t, "callbacks are refused for now", func() error {
			return refused(t.Context(), o.sender(ns, "chat"), http.StatusServiceUnavailable, harmless)
		})
	}

	newSecret(t, ns, "chat", map[string]string{"token": token})
	app = awaitApp(t, ns, "chat", "Ready=True/Ready", "CallbackAuthenticated=True/Signed")
	ready := time.Now()
	if conditionMessage(app, "Reconciling") != "" {
		t.Errorf("it is ready and still says Reconciling: %v", conditionsOf(app.Status.Conditions))
	}
	if app.Status.CallbackPath != "/callbacks/"+ns+"/chat" {
		t.Errorf("callbackPath is %s", app.Status.CallbackPath)
	}
	for _, o := range replicas {
		within(t, time.Until(ready.Add(servedAfterReady)), "a callback is served", func() error {
			return trySend(t.Context(), o.sender(ns, "chat"), harmless)
		})
	}
	awaitGroup(t, ns, "g", "is stored", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
}

func TestATokenIsChangedWithoutRefusingACallback(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	app := newApp(t, ns, "chat")
	secret := newSecret(t, ns, "rotated", map[string]string{"token": token + "\n"}) // as kubectl --from-file makes it
	update(t, app, func(a *imv1alpha1.IMApp) { a.Spec.Callback.TokenSecretRef.Name = "rotated" })
	replicas := startReplicas(t, ns, 2)
	for _, o := range replicas {
		within(t, tokenReadAgain, "the token is accepted", func() error { return trySend(t.Context(), o.sender(ns, "chat"), harmless) })
	}
	with := func(o *operator, token string) *fakeim.Sender {
		s := o.sender(ns, "chat")
		s.Token = token
		return s
	}

	secret.StringData = map[string]string{"token": "another", "previousToken": token}
	replaceSecret(t, secret)
	changed := time.Now()
	for _, o := range replicas {
		within(t, time.Until(changed.Add(tokenReadAgain)), "the new token is accepted", func() error {
			send(t, with(o, token), harmless) // never refused
			return trySend(t.Context(), with(o, "another"), harmless)
		})
		send(t, with(o, token), harmless)
	}

	secret.StringData = map[string]string{"token": "another"}
	replaceSecret(t, secret)
	changed = time.Now()
	for _, o := range replicas {
		within(t, time.Until(changed.Add(tokenReadAgain)), "the old token is refused", func() error {
			send(t, with(o, "another"), harmless)
			return refused(t.Context(), with(o, token), http.StatusForbidden, harmless)
		})
	}
}

func TestASecretThatLosesItsTokenStopsTheApp(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	secret := newSecret(t, ns, "spare", map[string]string{"token": ""})
	o := startOperator(t, ns)
	send(t, o.sender(ns, "chat"), harmless)
	app := awaitApp(t, ns, "chat", "Ready=True/Ready")

	update(t, &app, func(a *imv1alpha1.IMApp) { a.Spec.Callback.TokenSecretRef.Name = "spare" })
	awaitApp(t, ns, "chat", "Ready=False/TokenMissing", "Reconciling=True/TokenMissing")
	if err := refused(t.Context(), o.sender(ns, "chat"), http.StatusServiceUnavailable, harmless); err != nil {
		t.Error(err)
	}
	secret.StringData = map[string]string{"token": token}
	replaceSecret(t, secret)
	awaitApp(t, ns, "chat", "Ready=True/Ready")
	send(t, o.sender(ns, "chat"), harmless)

	remove(t, secret)
	awaitApp(t, ns, "chat", "Ready=False/SecretNotFound", "Reconciling=True/SecretNotFound")
	if err := refused(t.Context(), o.sender(ns, "chat"), http.StatusServiceUnavailable, harmless); err != nil {
		t.Error(err)
	}
}

func TestAnUnsignedAppLooksAtNoSign(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	app := signedApp(ns, "chat", func(s *imv1alpha1.IMAppSpec) { s.Callback = imv1alpha1.IMAppCallback{AllowUnsigned: true} })
	create(t, app)
	o := startOperator(t, ns)
	awaitApp(t, ns, "chat", "Ready=True/Ready", "CallbackAuthenticated=False/Unsigned")
	s := o.sender(ns, "chat")
	send(t, s, harmless, fakeim.WithSign("nonsense"))
	s.Token = ""
	send(t, s, harmless)
	if err := refused(t.Context(), s, http.StatusForbidden, harmless, fakeim.WithSDKAppID(7)); err != nil {
		t.Error(err)
	}
	awaitGroup(t, ns, "g", "is stored", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
}
