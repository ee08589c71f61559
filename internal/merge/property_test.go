// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package merge_test

import (
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// normalChecks is how often each property is tried when -rapid.checks does not say otherwise.
const normalChecks = "2000"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if _, env := os.LookupEnv("RAPID_CHECKS"); !given && !env {
		if err := flag.Set("rapid.checks", normalChecks); err != nil {
			panic(err)
		}
	}
	m.Run()
}

// The domains are small so that ties in time, value and every member of a change are frequent.
var (
	fields = []string{"name", "notification", "type", "owner", "custom/k", "custom/alive"}
	values = []string{"", "a", "b", "B", "ab", "é"}

	observations = rapid.Custom(func(t *rapid.T) observation {
		o := observation{
			kind:     rapid.SampledFrom([]event.Kind{event.Changed, event.Changed, event.Created, event.Disbanded}).Draw(t, "kind"),
			time:     rapid.Int64Range(1, 4).Draw(t, "time"),
			source:   rapid.SampledFrom([]event.Source{event.Callback, event.REST}).Draw(t, "source"),
			command:  rapid.SampledFrom([]string{"x", "y"}).Draw(t, "command"),
			operator: rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "operator"),
			platform: rapid.SampledFrom([]string{"Web", "iOS"}).Draw(t, "platform"),
		}
		for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 0, 3, rapid.ID[string]).Draw(t, "fields") {
			o.values = append(o.values, event.Value{Field: f, Value: rapid.SampledFrom(values).Draw(t, "value")})
		}
		return o
	})
	someObservations = rapid.SliceOfN(observations, 0, 9)
)

// mustEqual compares a joined state with the raw observations that it should know.
func mustEqual(t *rapid.T, what string, known []observation, got event.State) {
	t.Helper()
	if diff := cmp.Diff(slowState(known), got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s, of %v (-slow +fast):\n%s", what, known, diff)
	}
	if want, got := slowDestroyed(known), merge.IsDestroyed(got); got != want {
		t.Fatalf("%s, of %v: destroyed is %t, want %t", what, known, got, want)
	}
}

func mustBeSame(t *rapid.T, law string, a, b event.State) {
	t.Helper()
	if diff := cmp.Diff(a, b, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("not %s:\n%s", law, diff)
	}
}

func joinAll(observations []observation) event.State {
	var s event.State
	for _, o := range observations {
		s = merge.Join(s, o.state())
	}
	return s
}

// TestEveryOrderAndAnyDuplicates folds the events one by one, in any order, some of them more than once.
func TestEveryOrderAndAnyDuplicates(t *testing.T) { rapid.Check(t, everyOrderAndAnyDuplicates) }

func everyOrderAndAnyDuplicates(t *rapid.T) {
	all := someObservations.Draw(t, "observations")
	delivered := slices.Clone(all)
	if len(all) > 0 {
		delivered = append(delivered, rapid.SliceOfN(rapid.SampledFrom(all), 0, 5).Draw(t, "duplicates")...)
	}
	delivered = rapid.Permutation(delivered).Draw(t, "order")
	mustEqual(t, "folded in order", all, joinAll(delivered))
}

// TestEveryTree folds the events in an arbitrary tree, as stages that each fold a part would.
func TestEveryTree(t *testing.T) { rapid.Check(t, everyTree) }

func everyTree(t *rapid.T) {
	all := rapid.SliceOfN(observations, 1, 9).Draw(t, "observations")
	states := make([]event.State, len(all))
	for i, o := range all {
		states[i] = o.state()
	}
	for len(states) > 1 {
		i := rapid.IntRange(0, len(states)-1).Draw(t, "left")
		left := states[i]
		states = slices.Delete(states, i, i+1)
		j := rapid.IntRange(0, len(states)-1).Draw(t, "right")
		states[j] = merge.Join(left, states[j])
	}
	mustEqual(t, "folded in a tree", all, states[0])
}

// replica is one of several that share nothing: what it was told, and what it made of it.
type replica struct {
	known []observation
	state event.State
}

func (r *replica) learn(known []observation, s event.State) {
	r.known = append(slices.Clone(r.known), known...)
	r.state = merge.Join(r.state, s)
}

// TestReplicasConverge splits the events over replicas that exchange their joined states, restart from an older
// state and are told things again. At every step each of them knows exactly what its events say, and in the end
// all know the same.
func TestReplicasConverge(t *testing.T) { rapid.Check(t, replicasConverge) }

func replicasConverge(t *rapid.T) {
	all := rapid.SliceOfN(observations, 1, 9).Draw(t, "observations")
	replicas := make([]*replica, rapid.IntRange(1, 3).Draw(t, "replicas"))
	for i := range replicas {
		replicas[i] = &replica{}
	}
	pick := rapid.SampledFrom(replicas)
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		r := pick.Draw(t, "replica")
		switch rapid.SampledFrom([]string{"told", "exchange", "replay"}).Draw(t, "step") {
		case "told":
			o := rapid.SampledFrom(all).Draw(t, "observation")
			r.learn([]observation{o}, o.state())
		case "exchange":
			from := pick.Draw(t, "from")
			r.learn(from.known, from.state)
		case "replay": // killed and told everything again, the newest first
			known := slices.Clone(r.known)
			slices.Reverse(known)
			*r = replica{known: known, state: joinAll(known)}
		}
		mustEqual(t, "one replica", r.known, r.state)
	}
	for i, o := range rapid.Permutation(all).Draw(t, "rest") {
		replicas[i%len(replicas)].learn([]observation{o}, o.state())
	}
	for range 2 {
		for i, r := range replicas {
			next := replicas[(i+1)%len(replicas)]
			next.learn(r.known, r.state)
		}
	}
	for _, r := range replicas {
		mustEqual(t, "after the exchange", all, r.state)
	}
}

// TestJoinIsASemilattice checks the algebra on joined states of any size, without the slow version.
func TestJoinIsASemilattice(t *testing.T) { rapid.Check(t, joinIsASemilattice) }

func joinIsASemilattice(t *rapid.T) {
	state := rapid.Map(someObservations, joinAll)
	a, b, c := state.Draw(t, "a"), state.Draw(t, "b"), state.Draw(t, "c")
	ab := merge.Join(a, b)
	mustBeSame(t, "commutative", ab, merge.Join(b, a))
	mustBeSame(t, "associative", merge.Join(ab, c), merge.Join(a, merge.Join(b, c)))
	mustBeSame(t, "idempotent", a, merge.Join(a, a))
	mustBeSame(t, "absorbing what it has", ab, merge.Join(ab, a))
	mustBeSame(t, "without a neutral element", a, merge.Join(event.State{}, a))
}

// TestJoinLeavesItsArguments checks that Join neither changes its arguments nor keeps their memory.
func TestJoinLeavesItsArguments(t *testing.T) { rapid.Check(t, joinLeavesItsArguments) }

func joinLeavesItsArguments(t *rapid.T) {
	left, right := someObservations.Draw(t, "left"), someObservations.Draw(t, "right")
	a, b := joinAll(left), joinAll(right)
	joined := merge.Join(a, b)
	mustBeSame(t, "leaving its first argument", joinAll(left), a)
	mustBeSame(t, "leaving its second argument", joinAll(right), b)
	clear(a.Registers)
	clear(b.Registers)
	mustEqual(t, "after its arguments were cleared", append(slices.Clone(left), right...), joined)
}

// FuzzReplicasConverge lets the fuzzer look for what the random checks miss.
func FuzzReplicasConverge(f *testing.F) { f.Fuzz(rapid.MakeFuzz(replicasConverge)) }
