// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

const (
	token     = "s3cr3t-token"
	secretKey = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
	appID     = 1400000001
	cloudID   = 1400000010
)

// startOperator starts the real operator. Its external URL is one to show; tests send to the address on which it listens.
// Its end is hard: draining would wait for changes that nobody wants.
func startOperator(s *harness.SetUp) (err error) {
	world.operator, err = harness.NewOperator(path("manager"), s.Dir, world.env.Config, "--leader-elect=false",
		"--callback-external-url=https://chat.example.com", "--rest-allowed-hosts="+world.cloud.server.URL)
	if err != nil {
		return err
	}
	if err := world.operator.Start(); err != nil {
		return err
	}
	s.AtEnd(func() { _ = world.operator.Kill() })
	return world.operator.AwaitReady(s)
}

// cloud is a fake Tencent, with some groups.
type cloud struct {
	*fakeim.Cloud
	server *httptest.Server
}

// cloudGroups are old groups, of which no callback tells.
var cloudGroups = []fakeim.Group{
	{ID: "guild-tokyo", Name: "東京ギルド", Introduction: "毎週金曜 20:00", Notification: "メンテナンス 22:00", FaceURL: "https://cdn.example.com/tokyo.png", Owner: "sakura"},
	{ID: "guild-shanghai", Name: "上海公会", Introduction: "新手友好", Notification: "今晚八点集合", FaceURL: "https://cdn.example.com/shanghai.png", Owner: "xiaoming"},
	{ID: "guild-hamburg", Name: "Hamburg", Introduction: "Moin", Notification: "", FaceURL: "", Owner: "fiete"},
}

func startCloud(s *harness.SetUp) error {
	fake := fakeim.NewCloud(fakeim.Config{SDKAppID: cloudID, Key: secretKey})
	world.cloud = &cloud{Cloud: fake, server: httptest.NewServer(fake)}
	s.AtEnd(world.cloud.server.Close)
	for _, g := range cloudGroups {
		if _, err := fake.Create(g, fakeim.Somebody); err != nil {
			return err
		}
	}
	return nil
}

// populate makes two namespaces with IMApps in all states.
func populate(ctx *harness.SetUp) error {
	var objects []client.Object
	for _, name := range []string{"chat", "games", "empty"} {
		objects = append(objects, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	objects = append(objects,
		secret("chat", "support-token", "token", token), secret("games", "players-token", "token", token),
		secret("games", "players-key", "secretKey", secretKey), secret("games", "wrong-key", "secretKey", strings.Repeat("0", len(secretKey))),
		app("chat", "support", "support-token", func(*imv1alpha1.IMAppSpec) {}),
		app("chat", "trial", "", func(*imv1alpha1.IMAppSpec) {}),
		app("chat", "retired", "support-token", func(s *imv1alpha1.IMAppSpec) { s.Suspend = true }),
		app("chat", "waiting", "no-such-secret", func(*imv1alpha1.IMAppSpec) {}),
		app("chat", "picky", "support-token", func(s *imv1alpha1.IMAppSpec) {
			s.Groups = &imv1alpha1.IMAppGroups{CreationPolicy: imv1alpha1.CreateDeclared}
		}),
		app("games", "guilds", "players-token", func(*imv1alpha1.IMAppSpec) {}),
		app("games", "players", "players-token", withREST("players-key")),
		app("games", "locked-out", "players-token", withREST("wrong-key")),
	)
	for _, o := range objects {
		if err := world.admin.Create(ctx, o); err != nil {
			return err
		}
	}
	return harness.AwaitApps(ctx, world.admin)
}

// isReady reports whether the operator tracks an IMGroup.
func isReady(t *testing.T, g *imv1alpha1.IMGroup) error {
	t.Helper()
	if err := world.admin.Get(t.Context(), client.ObjectKeyFromObject(g), g); err != nil {
		return err
	}
	if !meta.IsStatusConditionTrue(g.Status.Conditions, imv1alpha1.ConditionReady) {
		return fmt.Errorf("conditions: %v", g.Status.Conditions)
	}
	return nil
}

func secret(namespace, name, key, value string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, StringData: map[string]string{key: value}}
}

// app is an IMApp; without a Secret it takes unsigned callbacks.
func app(namespace, name, token string, edit func(*imv1alpha1.IMAppSpec)) *imv1alpha1.IMApp {
	a := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: imv1alpha1.IMAppSpec{SDKAppID: appID}}
	if a.Spec.Callback.AllowUnsigned = token == ""; token != "" {
		a.Spec.Callback.TokenSecretRef = &imv1alpha1.SecretReference{Name: token}
	}
	edit(&a.Spec)
	return a
}

// withREST lets an IMApp be resynced on demand.
func withREST(key string) func(*imv1alpha1.IMAppSpec) {
	onDemand := int32(0)
	return func(s *imv1alpha1.IMAppSpec) {
		s.SDKAppID = cloudID
		s.Rest = &imv1alpha1.IMAppREST{BaseURL: world.cloud.server.URL, AdminUserID: "administrator",
			SecretKeySecretRef: imv1alpha1.SecretReference{Name: key}, ResyncIntervalSeconds: &onDemand}
	}
}
