// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package screentest shows what commands print in terminals of any width.
package screentest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// On is what is shown in a terminal of so many columns.
func On(t *testing.T, width uint16, show func(screen.Screen) error) []string {
	t.Helper()
	t.Setenv("NO_COLOR", "1")
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close() }()
	if err := pty.Setsize(slave, &pty.Winsize{Cols: width, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	if err := show(screen.Of(slave)); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(master) // the end of a terminal is an error
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n"), "\n")
}

// Long are changes with long and wide texts in all columns.
func Long() []changes.Change {
	old, now := strings.Repeat("旧い", 60), "NEW"+strings.Repeat("新しい", 60)
	return []changes.Change{{Time: metav1.NewMicroTime(time.Unix(1000, 0)), Namespace: strings.Repeat("n", 63), Name: strings.Repeat("g", 63),
		Field: "custom/" + strings.Repeat("鍵", 30), Operator: strings.Repeat("管理员", 20), Old: &old, New: &now}}
}

// Fits looks at the width of lines, and that the last one has both values.
func Fits(t *testing.T, width uint16, lines []string) {
	t.Helper()
	for _, line := range lines {
		if n := terminal.Columns(line); n > int(width) {
			t.Errorf("%d columns of %d: %s", n, width, line)
		}
	}
	if last := lines[len(lines)-1]; !strings.Contains(last, "旧") || !strings.Contains(last, "→ NEW") {
		t.Errorf("no values in %d columns: %s", width, last)
	}
}
