// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

func TestAnAnswerOfTheDemoTakesOneLine(t *testing.T) {
	const answer = `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`
	out, resize, shown := openTerminal(t)
	resize(80)
	printAnswer(out, "a step", "200", answer)
	resize(120)
	printAnswer(out, "a step", "200", answer)
	if got := shown(); len(got) != 2 || terminal.Columns(got[0]) != 80 || !strings.HasSuffix(got[1], answer) {
		t.Errorf("%q", got)
	}
	var pipe bytes.Buffer
	if printAnswer(&pipe, "a step", "200", answer); !strings.HasSuffix(pipe.String(), answer+"\n") {
		t.Errorf("%q", &pipe)
	}
}

// openTerminal is a terminal without colours, a way to resize it, and the lines that it shows once it is closed.
func openTerminal(t *testing.T) (out *os.File, resize func(uint16), shown func() []string) {
	t.Helper()
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "1")
	master, out, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	resize = func(columns uint16) {
		if err := pty.Setsize(out, &pty.Winsize{Cols: columns, Rows: 24}); err != nil {
			t.Fatal(err)
		}
	}
	return out, resize, func() []string {
		_ = out.Close()
		var b bytes.Buffer
		_, _ = b.ReadFrom(master) // the end of a terminal is an error
		return strings.Split(strings.TrimSuffix(b.String(), "\r\n"), "\r\n")
	}
}
