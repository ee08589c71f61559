// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"go/ast"
	"go/build"
	exact "go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

var (
	resyncWorkers = regexp.MustCompile(`\bWorkers = (\d+)`)
	resyncWindow  = regexp.MustCompile(`const windowSize = (\d+)`)
	statusTimeout = regexp.MustCompile(`const statusTimeout = (\d+) \* time.Second`)
)

// constants are those of one file that needs no other of its package.
type constants struct {
	t     *testing.T
	scope *types.Scope
}

func readConstants(t *testing.T, file string) constants {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	must(t, err)
	build.Default.GOROOT = strings.TrimSpace(string(goroot)) // a test built with -trimpath does not know it
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, filepath.Join(root, file), nil, 0)
	must(t, err)
	known, err := (&types.Config{Importer: importer.ForCompiler(set, "source", nil)}).Check(file, set, []*ast.File{parsed}, nil)
	must(t, err)
	return constants{t, known.Scope()}
}

func (c constants) number(name string) int64 {
	c.t.Helper()
	found, ok := c.scope.Lookup(name).(*types.Const)
	if !ok {
		c.t.Fatalf("there is no constant %s", name)
	}
	n, _ := exact.Int64Val(found.Val())
	return n
}

// time is the constant in seconds, as the document writes them.
func (c constants) time(name string) string {
	return fmt.Sprintf("%g s", time.Duration(c.number(name)).Seconds())
}

// count has the commas of English.
func count(n int64) string { return message.NewPrinter(language.English).Sprintf("%d", n) }

// The table of limits has the values of the constants.
func TestTheTableOfLimitsIsWhatTheProgramHolds(t *testing.T) {
	w, im := readConstants(t, "webhook/limits.go"), readConstants(t, "internal/imcloud/limits.go")
	bound := func(field string) string { return count(int64(event.Bound(field))) }
	want := map[string]string{
		fmt.Sprintf("connections, if %d files fewer than the process may open (`ulimit -n`) are no less", w.number("otherFiles")): count(w.number("maxConnections")),
		"requests in flight; by one IMApp":                     count(w.number("maxInFlight")) + "; " + count(w.number("maxInFlightPerApp")),
		"time for the journal":                                 w.time("appendTimeout") + " of Tencent's 2 s",
		"header read, read, write; idle connection":            w.time("readTimeout") + " each; " + w.time("idleTimeout"),
		"header size; concurrent HTTP/2 streams by connection": fmt.Sprintf("%d KiB; %d", w.number("maxHeaderBytes")>>10, w.number("maxStreams")),
		"body; JSON nesting":                                   fmt.Sprintf("%d MiB; %d levels", w.number("maxBodyBytes")>>20, w.number("maxNesting")),
		"`RequestTime` from now":                               w.time("maxClockSkew") + " either way",
		"`EventTime`: least; ahead of now":                     fmt.Sprintf("%s ms; %d min", count(w.number("minEventTime")), time.Duration(w.number("maxFuture"))/time.Minute),
		"answering on at shutdown; then finishing requests":    w.time("drainTimeout") + "; " + w.time("shutdownTimeout"),
		"client IP in the audit line":                          fmt.Sprintf("%d bytes", w.number("maxClientIPBytes")),
		"group ID":                                             fmt.Sprintf("%d bytes", event.MaxGroupIDBytes),
		"custom fields of a group":                             count(event.MaxCustomFields),
		"one write of an IMApp's status":                       constantIn(t, "controllers/app/status.go", statusTimeout) + " s",
		"IMApps resynced at a time; observations of a resync in memory": constantIn(t, "controllers/resync/controller.go", resyncWorkers) + "; " +
			constantIn(t, "controllers/resync/window.go", resyncWindow),
		"IMApps with a series of their own":               count(metrics.MaxApps),
		"REST: groups a call; calls a second; list calls": fmt.Sprintf("%d; `queriesPerSecond`; one in %s", im.number("maxIDsPerCall"), im.time("listInterval")),
		"REST: one request; its answer; tries of a call":  fmt.Sprintf("%s; %d MiB; %d", im.time("attemptTimeout"), im.number("maxAnswerBytes")>>20, im.number("maxAttempts")),
		fmt.Sprintf("name %s; introduction, face URL, custom value %s; notification %s",
			bound(event.Name), bound(event.Introduction), bound(event.Notification)): "characters",
		fmt.Sprintf("type, owner, operator, custom key %s; platform %s", bound(event.Type), bound(event.Platform)): "characters",
	}
	got := map[string]string{}
	for _, row := range rows(section(t, read(t, "docs/configuration.md"), "## Limits")) {
		got[row[0]] = row[1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/configuration.md (-program +document):\n%s", diff)
	}
}

// constantIn reads a constant from the text of a file that needs the rest of its package.
func constantIn(t *testing.T, file string, constant *regexp.Regexp) string {
	t.Helper()
	found := constant.FindStringSubmatch(read(t, file))
	if len(found) != 2 {
		t.Fatalf("%s has no %s", file, constant)
	}
	return found[1]
}
