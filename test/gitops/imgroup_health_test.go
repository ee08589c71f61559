// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// What an IMGroup says: the reason of Ready, kstatus (Flux), Argo CD.
const (
	groupNew     = "new: InProgress, Progressing"
	groupNoApp   = "AppNotFound: InProgress, Progressing"
	groupTracked = "Tracking: Current, Healthy"
	groupInvalid = "InvalidGroupID: InProgress, Degraded"
	groupTaken   = "NameConflict: InProgress, Degraded"
)

func TestToolsSeeADeclaredIMGroupAsItIs(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	w := watchOne(t, ns, "IMGroup", "chat")
	o := startOperator(t, ns)
	must(t, o.Pause())
	apply(t, ns, groupYAML("chat", "chat", "@TGS#2J4SZEAEL"))
	w.await(groupNew)
	must(t, o.Resume())
	w.await(groupNoApp)
	newApp(t, ns, "chat", "")
	w.await(groupTracked)

	synced := func(status string) {
		kubectl(t, ns, "", "wait", "imgroup", "chat", "--for=condition=Synced="+status, "--timeout=60s")
	}
	synced("Unknown") // nobody need wait for people to chat
	o.send("chat", fakeim.InfoChanged("@TGS#2J4SZEAEL", 1000, fakeim.Body{"Name": "ops"}))
	synced("False")
	o.send("chat", everyText("@TGS#2J4SZEAEL", 2000, "ops"))
	synced("True")
	o.send("chat", fakeim.Destroyed("@TGS#2J4SZEAEL", 3000, "leckie", "ops"))
	kubectl(t, ns, "", "wait", "imgroup", "chat", "--for=condition=Destroyed", "--timeout=60s")

	kubectl(t, ns, "", "delete", "imapp", "chat")
	w.await(groupNoApp)
	apply(t, ns, appYAML("chat", ""))
	w.await(groupTracked)
	remove(t, ns, "IMGroup", w)
	w.saw(groupNew, groupNoApp, groupTracked, groupNoApp, groupTracked, deleted, gone)
}

func TestToolsSeeACreatedIMGroupAsItIs(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := startOperator(t, ns)
	newApp(t, ns, "chat", "")
	created := nameOf("chat", "ops")
	w := watchOne(t, ns, "IMGroup", created)
	o.send("chat", everyText("ops", 1000, "運用チーム"))
	w.await(groupTracked)
	o.send("chat", fakeim.Destroyed("ops", 2000, "leckie", "ops"))
	kubectl(t, ns, "", "wait", "imgroup", created, "--for=condition=Destroyed", "--timeout=60s")
	w.saw(groupNew, groupTracked)
}

func TestAnIMGroupOfASuspendedIMAppWaits(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns)
	newApp(t, ns, "chat", "  suspend: true\n")
	w := watchOne(t, ns, "IMGroup", "chat")
	apply(t, ns, groupYAML("chat", "chat", "ops"))
	w.await(groupNew)
	apply(t, ns, appYAML("chat", ""))
	w.await(groupTracked)
	w.saw(groupNew, groupTracked)
}

func TestToolsSeeAnIMGroupWhoseNameIsTaken(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := startOperator(t, ns)
	newApp(t, ns, "chat", "")
	taken := nameOf("chat", "ops")
	w := watchOne(t, ns, "IMGroup", taken)
	apply(t, ns, groupYAML(taken, "chat", "another group"))
	w.await(groupTracked)
	o.send("chat", everyText("ops", 1000, "ops"))
	w.await(groupTaken)
	o.send("chat", everyText("another group", 2000, "it is filled all the same"))
	kubectl(t, ns, "", "wait", "imgroup", taken, "--for=condition=Synced", "--timeout=60s")
	w.saw(groupNew, groupTracked, groupTaken)
}
