// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"bytes"
	"strings"
	"testing"

	"github.com/creack/pty"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

func groups(done, total int32) *imv1alpha1.ResyncStatus {
	return &imv1alpha1.ResyncStatus{GroupsDone: &done, GroupsTotal: &total}
}

// course is a resync, from the request to nearly the end.
func course(t *testing.T, b *progress) {
	t.Helper()
	for _, step := range []struct {
		status *imv1alpha1.ResyncStatus
		begun  bool
	}{{nil, false}, {groups(9, 9), false}, {&imv1alpha1.ResyncStatus{}, true}, {groups(0, 200), true}, {groups(50, 200), true}, {groups(50, 200), true}, {groups(200, 200), true}} {
		if err := b.show(step.status, step.begun); err != nil {
			t.Fatal(err)
		}
	}
	b.end()
}

func TestProgressInAPipe(t *testing.T) {
	var b bytes.Buffer
	course(t, newProgress(screen.Of(&b), "Resync of chat/support"))
	const want = `Resync of chat/support: asked for
Resync of chat/support: running, not begun
Resync of chat/support: running, 0 of 200 groups
Resync of chat/support: running, 50 of 200 groups
Resync of chat/support: running, 200 of 200 groups
`
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close() }()
	if err := pty.Setsize(slave, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	course(t, newProgress(screen.Of(slave), "Resync of chat/support"))
	_ = slave.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(master) // the end of a terminal is an error
	t.Log(strings.ReplaceAll(b.String(), "\r", "\n"))
	for _, want := range []string{"██████░░░░░░░░░░░░░░░░░░ (50/200", "(199/200"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q in %q", want, b.String())
		}
	}
}
