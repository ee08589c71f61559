// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cli is what all commands share: streams, kubectl's flags, the output format, waiting.
package cli

import (
	"fmt"
	"io"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// Env is where a command runs.
type Env struct {
	genericiooptions.IOStreams
	Flags   *genericclioptions.ConfigFlags
	Version string // of the plugin
	Now     func() time.Time
}

// Connect makes a client with the rights of the user. Nothing is sent yet.
func (e *Env) Connect() (*cluster.Cluster, error) {
	warnings := rest.NewWarningWriter(visibleWriter{e.ErrOut}, rest.WarningWriterOptions{Deduplicate: true})
	return cluster.Connect(e.Flags, "kubectl-imgroup/"+e.Version, warnings)
}

// Screen is where results go.
func (e *Env) Screen() screen.Screen { return screen.Of(e.Out) }

// Note tells the user something beside the result.
func (e *Env) Note(format string, args ...any) {
	_, _ = fmt.Fprintln(e.ErrOut, terminal.VisibleLines(fmt.Sprintf(format, args...)))
}

// visibleWriter is for libraries that write whole lines.
type visibleWriter struct{ io.Writer }

func (w visibleWriter) Write(line []byte) (int, error) {
	_, err := io.WriteString(w.Writer, terminal.VisibleLines(string(line)))
	return len(line), err
}
