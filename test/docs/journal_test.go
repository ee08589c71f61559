// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// What docs/operations.md says of a journal that cannot be drained: the replica says so when it stops, and another one
// finishes a copy of the directory.
func TestAMovedJournalIsFinishedByAnotherReplica(t *testing.T) {
	s := startStack(t)
	s.run(t, `kubectl apply -f - <<'YAML'
apiVersion: im.imgroup.dev/v1alpha1
kind: IMApp
metadata: {name: held}
spec: {sdkAppID: 1400000002, callback: {allowUnsigned: true}, groups: {creationPolicy: Declared}}
YAML`)
	first := s.startReplica(t, "first")
	for _, group := range []string{"one", "two"} {
		must(t, has(s.run(t, `curl -d '{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","GroupId":"`+group+`","Name":"`+group+`"}' \
			"http://`+first.Callbacks+`/callbacks/default/held?CallbackCommand=Group.CallbackAfterGroupInfoChanged&SdkAppid=1400000002"`), `"OK"`))
	}
	must(t, first.Stop(harness.StopGrace))
	must(t, has(first.Said(), "journal-closing", "stopping with events that are not written yet", `"groups":2`))

	s.run(t, `mkdir second && cp -r first/journal second/journal
		kubectl patch imapp held --type=merge -p '{"spec":{"groups":{"creationPolicy":"Always"}}}'`)
	second := s.startReplica(t, "second")
	eventually(t, "the groups are written", func() error {
		return has(s.run(t, "kubectl get imgroups -o jsonpath='{.items[*].status.name}'"), "one", "two")
	})
	must(t, second.Stop(harness.StopGrace))
	must(t, has(second.Said(), "all that was acknowledged is written"))
	if said := first.Said() + second.Said(); strings.Count(said, "all that was") > 1 || strings.Contains(said, "damaged") {
		t.Errorf("the journal was not finished by the second one alone:\n%s", said)
	}
}

// startReplica starts an operator beside that of make run, with its files in a folder of the stack's.
func (s *stack) startReplica(t *testing.T, name string) *harness.Operator {
	t.Helper()
	admin, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig())
	must(t, err)
	r, err := harness.NewOperator(filepath.Join(s.path, "manager"), filepath.Join(s.dir, name), admin, "--metrics-bind-address=0")
	must(t, err)
	must(t, r.Start())
	t.Cleanup(func() { r.TearDown(t) })
	must(t, r.AwaitReady(t.Context()))
	return r
}
