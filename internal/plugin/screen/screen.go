// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package screen writes the output of commands: cut to the width and with colours on a terminal, whole and plain in a
// pipe. Text from untrusted senders is escaped in both.
package screen

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Screen is where a command writes to.
type Screen struct {
	io.Writer
	terminal *os.File // nil: not a terminal
	colours  bool
	dumb     bool
	whole    bool
}

// Of is the screen of a writer.
func Of(w io.Writer) Screen {
	s := Screen{Writer: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal, s.dumb = f, os.Getenv("TERM") == "dumb"
		s.colours = !s.dumb && os.Getenv("NO_COLOR") == ""
	}
	return s
}

// IsTerminal reports whether somebody looks at it.
func (s Screen) IsTerminal() bool { return s.terminal != nil }

// CanRedraw reports whether it is a terminal that obeys, so that a line can be written over.
func (s Screen) CanRedraw() bool { return s.terminal != nil && !s.dumb }

// Width is the number of columns as of now; 0 means that there is no bound.
func (s Screen) Width() int {
	if s.terminal == nil || s.whole {
		return 0
	}
	columns, _, err := term.GetSize(int(s.terminal.Fd()))
	if err != nil || columns <= 0 {
		return customaryWidth // a terminal that does not tell
	}
	return max(columns, minWidth)
}

const (
	customaryWidth = 80
	minWidth       = 40 // below it lines are wrapped by the terminal
)

// Whole is the same screen without a bound, for what people copy.
func (s Screen) Whole() Screen {
	s.whole = true
	return s
}

// Line prints one line that holds no untrusted text but what was escaped.
func (s Screen) Line(format string, args ...any) error {
	_, err := fmt.Fprintf(s.Writer, format+"\n", args...)
	return err
}

// Style is how a text looks on a terminal.
type Style string

// The styles.
const (
	Plain Style = ""
	Bold  Style = "1"
	Dim   Style = "2"
	Red   Style = "31"
	Green Style = "32"
	Cyan  Style = "36"
)

// Paint gives a text a style, where there are colours. The text must be escaped.
func (s Screen) Paint(style Style, text string) string {
	if !s.colours || style == Plain || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}
