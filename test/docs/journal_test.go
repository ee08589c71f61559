// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// What docs/operations.md says of a journal that cannot be drained: the replica says so when it stops, and another one
// finishes a copy of the directory.
func TestAMovedJournalIsFinishedByAnotherReplica(t *testing.T) {
	t.Parallel()
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
			"http://`+first.callback+`/callbacks/default/held?CallbackCommand=Group.CallbackAfterGroupInfoChanged&SdkAppid=1400000002"`), `"OK"`))
	}
	must(t, first.process.Stop(stopGrace))
	must(t, has(first.said(t), "journal-closing", "stopping with events that are not written yet", `"groups":2`))

	s.run(t, `cp -r first-journal second-journal
		kubectl patch imapp held --type=merge -p '{"spec":{"groups":{"creationPolicy":"Always"}}}'`)
	second := s.startReplica(t, "second")
	eventually(t, "the groups are written", func() error {
		return has(s.run(t, "kubectl get imgroups -o jsonpath='{.items[*].status.name}'"), "one", "two")
	})
	must(t, second.process.Stop(stopGrace))
	must(t, has(second.said(t), "all that was acknowledged is written"))
	if said := first.said(t) + second.said(t); strings.Count(said, "all that was") > 1 || strings.Contains(said, "damaged") {
		t.Errorf("the journal was not finished by the second one alone:\n%s", said)
	}
}

// replica is an operator beside that of make run.
type replica struct {
	process       *child.Process
	log, callback string
}

func (s *stack) startReplica(t *testing.T, name string) *replica {
	t.Helper()
	r := &replica{log: filepath.Join(s.dir, name), callback: freeAddress(t)}
	health := freeAddress(t)
	var err error
	r.process, err = child.Start(child.Options{Path: filepath.Join(s.path, "manager"), Log: r.log, Args: []string{
		"--kubeconfig=" + s.kubeconfig(), "--callback-bind-address=" + r.callback, "--metrics-bind-address=0",
		"--health-probe-bind-address=" + health, "--journal-dir=" + r.log + "-journal"}})
	must(t, err)
	t.Cleanup(func() { _ = r.process.Stop(stopGrace) }) // it has ended, unless the test failed
	eventually(t, name+" is ready", func() error {
		must(t, r.process.Err())
		return has(s.run(t, "curl http://"+health+"/readyz || true"), "ok\n")
	})
	return r
}

func (r *replica) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(r.log)
	must(t, err)
	return string(text)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}
