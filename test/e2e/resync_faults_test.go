// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAResyncThatFailsSaysWhyAndDoesNotHammer(t *testing.T) {
	for name, c := range map[string]struct {
		fault   fakeim.Fault
		key     string
		reason  string
		message string // what a user can act on
		calls   int    // at most, while it fails
	}{
		"a wrong key":        {key: strings.Repeat("0", 64), reason: "RequestRefused", message: "secret key", calls: 1},
		"an expired sig":     {fault: fakeim.Expired, reason: "RequestRefused", message: "clock", calls: 2}, // it is signed anew once,
		"another region":     {fault: fakeim.WrongHost, reason: "RequestRefused", message: "base URL", calls: 1},
		"no administrator":   {fault: fakeim.Fault{Code: fakeim.CodeNotAdmin}, reason: "RequestRefused", message: "administrator", calls: 1},
		"a spent rate":       {fault: fakeim.RateLimited, reason: "ResyncFailed", message: "rate", calls: 2},
		"a cloud that fails": {fault: fakeim.Down, reason: "ResyncFailed", message: "", calls: 12}, // 3 rounds of 4 attempts
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			cloud := newCloud(t, fakeim.Config{})
			cloud.fill(t, 3)
			remove := func() {}
			if c.fault.Code != 0 || c.fault.Break {
				remove = cloud.Inject(c.fault)
			}
			newApp(t, ns, "chat", cloud.rest(t, ns, every(3600)))
			if c.key != "" {
				setKey(t, ns, c.key)
			}
			startOperator(t, ns, cloud.allowed())
			app := awaitApp(t, ns, "chat", "Resynced=False/"+c.reason, "Ready=True/Ready")
			checkMessage(t, app, c.message)
			during(t, 8*time.Second, time.Second, func() {})
			if calls := cloud.Calls("get_appid_group_list"); calls > c.calls {
				t.Errorf("%d calls, want at most %d", calls, c.calls)
			}
			remove()
			if c.key != "" {
				setKey(t, ns, cloudKey) // a Secret that has changed is looked at within seconds
			} else {
				update(t, ref(getApp(t, ns, "chat")), func(a *imv1alpha1.IMApp) { annotate(a, "now") })
			}
			awaitApp(t, ns, "chat", "Resynced=True/ResyncCompleted")
			must(t, cloud.sameAsCloud(listGroups(t, ns)))
		})
	}
}

func setKey(t *testing.T, namespace, key string) {
	t.Helper()
	s := getSecret(t, namespace, "rest")
	s.StringData = map[string]string{"secretKey": key}
	replaceSecret(t, &s)
}

func getSecret(t *testing.T, namespace, name string) corev1.Secret {
	t.Helper()
	var s corev1.Secret
	if err := world.admin.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: name}, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// checkMessage looks for words, and for what must never be told.
func checkMessage(t *testing.T, app imv1alpha1.IMApp, words string) {
	t.Helper()
	message := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced).Message
	if !strings.Contains(message, words) {
		t.Errorf("the message %q does not say %q", message, words)
	}
	for _, secret := range []string{cloudKey, "usersig", "injected", "http"} {
		if strings.Contains(message, secret) {
			t.Errorf("the message %q tells %q", message, secret)
		}
	}
}

func TestAHostThatIsNotAllowedGetsNoRequest(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	cloud := newCloud(t, fakeim.Config{})
	newApp(t, ns, "chat", cloud.rest(t, ns, every(60)))
	startOperator(t, ns)
	awaitApp(t, ns, "chat", "Resynced=False/HostNotAllowed", "Ready=False/InvalidSpec", "Stalled=True/InvalidSpec")
	during(t, 2*time.Second, time.Second, func() {})
	if n := cloud.Calls("get_appid_group_list") + cloud.Calls("get_group_info"); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestAMissingSecretKeyIsNamedAndHealsInSeconds(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	cloud := newCloud(t, fakeim.Config{})
	cloud.fill(t, 2)
	newApp(t, ns, "chat", cloud.rest(t, ns)) // on demand: what was asked for must not be lost
	s := getSecret(t, ns, "rest")
	remove(t, &s)
	startOperator(t, ns, cloud.allowed())
	awaitApp(t, ns, "chat", "Resynced=Unknown/AwaitingFirstResync")
	update(t, ref(getApp(t, ns, "chat")), func(a *imv1alpha1.IMApp) { annotate(a, "please") })
	awaitApp(t, ns, "chat", "Resynced=False/SecretNotFound", "Ready=True/Ready")
	newSecret(t, ns, "rest", map[string]string{"other": "x"})
	awaitApp(t, ns, "chat", "Resynced=False/SecretKeyMissing")
	setKey(t, ns, cloudKey)
	within(t, 40*time.Second, "the resync is done once the key is there", func() error {
		return hasConditions(getApp(t, ns, "chat").Status.Conditions, "Resynced=True/ResyncCompleted")
	})
	must(t, cloud.sameAsCloud(listGroups(t, ns)))
}
