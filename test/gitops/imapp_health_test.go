// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// What an IMApp says: the reason of Ready, kstatus (Flux), Argo CD.
const (
	appNew       = "new: InProgress, Progressing"
	appStale     = "stale: InProgress, Progressing"
	appNoSecret  = "SecretNotFound: InProgress, Progressing"
	appNoRight   = "SecretUnreadable: InProgress, Progressing"
	appNoToken   = "TokenMissing: InProgress, Progressing"
	appReady     = "Ready: Current, Healthy"
	appBadSpec   = "InvalidSpec: Failed, Degraded"
	appSuspended = "Suspended: Current, Suspended"
	deleted      = "deleted: Terminating, Progressing"
	gone         = "gone"
)

// healsWithin is how soon an IMApp is ready after what was missing came.
const healsWithin = 10 * time.Second

// elsewhere is a spec.rest that the operator's flags do not allow.
const elsewhere = "  rest: {baseURL: 'https://chat.example.com', adminUserID: administrator, secretKeySecretRef: {name: rest}}\n"

func TestToolsSeeAnIMAppAsItIs(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	w := watchOne(t, ns, "IMApp", "chat")
	o := startOperator(t, ns)
	must(t, o.Pause())
	apply(t, ns, appYAML("chat", ""))
	w.await(appNew) // and stays so while nobody looks at it
	must(t, o.Signal(syscall.SIGCONT))
	w.await(appNoSecret)
	newSecret(t, ns, "chat", map[string]string{"token": token})
	w.awaitWithin(healsWithin, appReady)

	newSecret(t, ns, "empty", map[string]string{"token": ""})
	apply(t, ns, strings.Replace(appYAML("chat", ""), "tokenSecretRef: {name: chat}", "tokenSecretRef: {name: empty}", 1))
	w.await(appNoToken)
	kubectl(t, ns, "", "patch", "secret", "empty", "--type=merge", `--patch={"stringData":{"token":"`+token+`"}}`)
	w.awaitWithin(healsWithin, appReady)

	apply(t, ns, appYAML("chat", elsewhere))
	w.await(appBadSpec)
	apply(t, ns, appYAML("chat", ""))
	w.await(appReady)

	apply(t, ns, appYAML("chat", "  suspend: true\n"))
	w.await(appSuspended)
	apply(t, ns, appYAML("chat", ""))
	w.await(appReady)

	remove(t, ns, "IMApp", w)
	w.saw(appNew, appNoSecret, appReady, appStale, appNoToken, appReady, appStale, appBadSpec, appStale, appReady,
		appStale, appSuspended, appStale, appReady, deleted, gone)
}

// remove deletes an object that somebody's finaliser keeps for a while.
func remove(t *testing.T, namespace, kind string, w *witness) {
	t.Helper()
	o := live(t, namespace, kind, "chat")
	finalizers := func(json string) {
		must(t, world.admin.Patch(t.Context(), o, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":`+json+`}}`))))
	}
	finalizers(`["example.com/keep"]`)
	must(t, world.admin.Delete(t.Context(), o))
	w.await(deleted)
	finalizers(`null`)
	w.await(gone)
}
