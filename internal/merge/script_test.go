// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package merge_test

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// TestScripts runs testdata/*.txt: events, one a line (kind, time, source, name=value...), then "---" and the state
// that every order of them must lead to. The names command, operator and platform are the change's; any other name
// is a field. A value with a space, or an empty one, is quoted as in Go.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	events, want := readScript(t, file)
	if got := format(slowState(events)); got != want {
		t.Errorf("the slow version disagrees with the script (-want +got):\n%s", gocmp.Diff(want, got))
	}
	permute(events, func(order []observation) {
		got := event.State{}
		for _, o := range order {
			got = merge.Join(got, o.state())
			again := merge.Join(o.state(), got)
			if format(again) != format(got) {
				t.Fatalf("order %v: joining an event again changed the state (-once +twice):\n%s", order,
					gocmp.Diff(format(got), format(again)))
			}
		}
		if format(got) != want {
			t.Fatalf("order %v (-want +got):\n%s", order, gocmp.Diff(want, format(got)))
		}
	})
}

func readScript(t *testing.T, file string) (events []observation, want string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	given, want, found := strings.Cut(string(text), "\n---\n")
	if !found {
		t.Fatalf("%s: no line ---", file)
	}
	for lines := bufio.NewScanner(strings.NewReader(given)); lines.Scan(); {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			o, err := parseObservation(line)
			if err != nil {
				t.Fatalf("%s: %q: %v", file, line, err)
			}
			events = append(events, o)
		}
	}
	return events, want
}

func parseObservation(line string) (observation, error) {
	words := strings.SplitN(line, " ", 4)
	if len(words) < 3 {
		return observation{}, fmt.Errorf("want kind, time and source")
	}
	kind, known := map[string]event.Kind{"changed": event.Changed, "created": event.Created, "disbanded": event.Disbanded}[words[0]]
	source, knownSource := map[string]event.Source{"Callback": event.Callback, "REST": event.REST}[words[2]]
	time, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil || !known || !knownSource {
		return observation{}, fmt.Errorf("unknown kind, time or source")
	}
	o := observation{kind: kind, time: time, source: source, command: words[0]}
	if len(words) == 4 {
		err = parsePairs(&o, words[3])
	}
	return o, err
}

func parsePairs(o *observation, rest string) error {
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		name, after, found := strings.Cut(rest, "=")
		if !found {
			return fmt.Errorf("no = in %q", rest)
		}
		value, err := "", error(nil)
		if value, rest, err = cutValue(after); err != nil {
			return err
		}
		switch name {
		case "command":
			o.command = value
		case "operator":
			o.operator = value
		case "platform":
			o.platform = value
		default:
			o.values = append(o.values, event.Value{Field: name, Value: value})
		}
	}
	return nil
}

func cutValue(s string) (value, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, " ")
		return value, rest, nil
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", fmt.Errorf("bad quotes in %q: %w", s, err)
	}
	value, err = strconv.Unquote(quoted)
	return value, s[len(quoted):], err
}

// format writes a state as the scripts do.
func format(s event.State) string {
	var b strings.Builder
	for _, r := range s.Registers {
		fmt.Fprintf(&b, "%s %d", r.Field, r.Time)
		if !event.IsClock(r.Field) {
			fmt.Fprintf(&b, " %q", r.Value)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "last %d %s command=%s", s.Last.Time, s.Last.Source, s.Last.Command)
	for _, m := range []struct{ name, value string }{
		{"operator", s.Last.Operator}, {"platform", s.Last.Platform}, {"fields", strings.Join(s.Last.Fields, ",")},
	} {
		if m.value != "" {
			fmt.Fprintf(&b, " %s=%s", m.name, m.value)
		}
	}
	fmt.Fprintln(&b, map[bool]string{true: "\nthe group is destroyed", false: "\nthe group lives"}[merge.IsDestroyed(s)])
	return b.String()
}

// permute calls f with every order of the list, or, of a list too long for that, with every rotation of it and of
// its reverse. f must not keep the slice.
func permute[T any](list []T, f func([]T)) {
	const few = 6
	if len(list) <= few {
		permuteFrom(list, 0, f)
		return
	}
	for range 2 {
		for i := range list {
			f(append(append([]T{}, list[i:]...), list[:i]...))
		}
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
}

func permuteFrom[T any](list []T, i int, f func([]T)) {
	if i == len(list) {
		f(list)
		return
	}
	for j := i; j < len(list); j++ {
		list[i], list[j] = list[j], list[i]
		permuteFrom(list, i+1, f)
		list[i], list[j] = list[j], list[i]
	}
}

func TestCompareAgreesWithTheLaw(t *testing.T) {
	ascending := []event.Register{
		{Time: 1, Value: "z"},
		{Time: 2, Value: ""},
		{Time: 2, Value: "a"},
		{Time: 2, Value: "\u00e9"},
		{Time: 3, Value: ""},
	}
	for i, a := range ascending {
		for j, b := range ascending {
			if got := merge.Compare(a, b); got != cmp.Compare(i, j) {
				t.Errorf("Compare(%v, %v) = %d, want %d", a, b, got, cmp.Compare(i, j))
			}
		}
	}
}

func TestStateThatKnowsNothingIsNeutral(t *testing.T) {
	s := observation{kind: event.Created, time: 5, source: event.REST, command: "c", values: []event.Value{{Field: "name", Value: "x"}}}.state()
	for _, got := range []event.State{merge.Join(s, event.State{}), merge.Join(event.State{}, s)} {
		if diff := gocmp.Diff(s, got); diff != "" {
			t.Errorf("joining the zero State changed something (-want +got):\n%s", diff)
		}
	}
	if merge.IsDestroyed(event.State{}) {
		t.Error("a group of which nothing is known counts as destroyed")
	}
}
