// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// logged are the packages that write lines of the operator's own.
var logged = []string{"operator", "webhook", "controllers/app", "controllers/group", "controllers/resync", "internal/journal", "internal/kube", "internal/metricsauth"}

// unlisted are lines that nobody needs to look for.
var unlisted = []string{
	"some parts did not end in time; the process ends without them",
	"cannot forget an IMApp that was deleted",
	"cannot wake the groups of an IMApp",
	"HTTP server",
}

// The table of log lines has their messages and keys, as the sources write them.
func TestTheTableOfLogLinesIsWhatTheSourcesWrite(t *testing.T) {
	want := map[string][]string{}
	for _, dir := range logged {
		readLines(t, filepath.Join(root, dir), want)
	}
	for _, message := range unlisted {
		if _, found := want[message]; !found {
			t.Errorf("no source writes %q", message)
		}
		delete(want, message)
	}
	got := map[string][]string{}
	lines, _, _ := strings.Cut(section(t, read(t, "docs/operations.md"), "### Keys"), "An audit line")
	for _, row := range rows(lines) {
		keys := append([]string{}, code(row[1])...)
		slices.Sort(keys)
		got[strings.Trim(row[0], "`")] = keys
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 10 {
		t.Errorf("docs/operations.md (-sources +document):\n%s", diff)
	}
}

// readLines finds the calls of a logger in a package: a message that is a constant, and the keys among the arguments.
func readLines(t *testing.T, dir string, lines map[string][]string) {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	must(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		must(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if message, rest, ok := lineOf(call); ok {
					lines[message] = keysOf(rest)
				}
			}
			return true
		})
	}
}

// lineOf tells a logger's call from others: Info(message, ...) or Error(err, message, ...), of logr or slog.
func lineOf(call *ast.CallExpr) (message string, rest []ast.Expr, ok bool) {
	method, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod || (method.Sel.Name != "Info" && method.Sel.Name != "Error") {
		return "", nil, false
	}
	for i, arg := range call.Args[:min(2, len(call.Args))] {
		if message, ok = constant(arg); ok {
			return message, call.Args[i+1:], true
		}
	}
	return "", nil, false
}

// callbackKeys are those that (*call).pairs of the webhook adds.
var callbackKeys = []string{"namespace", "imapp", "command", "outcome", "groupID"}

// keysOf are the constants among the arguments; keys are always that, values never.
func keysOf(args []ast.Expr) []string {
	keys := []string{}
	for _, arg := range args {
		ast.Inspect(arg, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if key, ok := constant(e); ok {
					keys = append(keys, key)
				}
			}
			if name, ok := n.(*ast.Ident); ok && name.Name == "pairs" {
				keys = append(keys, callbackKeys...)
			}
			return true
		})
	}
	slices.Sort(keys)
	return keys
}

func constant(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(literal.Value)
	return s, err == nil
}

// The keys of an audit line, in their order.
func TestTheTableOfAuditKeysIsWhatIsWritten(t *testing.T) {
	source := read(t, "webhook/audit.go")
	var want, got []string
	for _, m := range regexp.MustCompile(`appendMember\(b, "(\w+)"|[{,]"(\w+)":`).FindAllStringSubmatch(source, -1) {
		want = append(want, m[1]+m[2])
	}
	_, audit, _ := strings.Cut(section(t, read(t, "docs/operations.md"), "### Keys"), "An audit line")
	for _, row := range rows(audit) {
		got = append(got, code(row[0])...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/operations.md (-webhook/audit.go +document):\n%s", diff)
	}
}

// The reasons of /readyz.
func TestTheTableOfReadinessHasTheReasons(t *testing.T) {
	var want, got []string
	for _, m := range regexp.MustCompile(`return "([a-z-]+)", "`).FindAllStringSubmatch(read(t, "operator/probes.go"), -1) {
		want = append(want, m[1])
	}
	for _, row := range rows(section(t, read(t, "docs/operations.md"), "## Readiness")) {
		got = append(got, code(row[0])...)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("docs/operations.md (-operator/probes.go +document):\n%s", diff)
	}
}
