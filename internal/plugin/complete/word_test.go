// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package complete

import (
	"os/exec"
	"strings"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func groupWithID(id string) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{Spec: imv1alpha1.IMGroupSpec{GroupID: id}}
	g.Name = "ops"
	return g
}

func TestWhatAGroupIsCompletedTo(t *testing.T) {
	const byName = "imgroup/ops"
	for _, test := range []struct{ id, word, description string }{
		{"@TGS#2J4SZEAEL", "@TGS#2J4SZEAEL", ""},
		{"@TGS#_@TGS#cQVV42MI62C6", "@TGS#_@TGS#cQVV42MI62C6", ""},
		{"guild-1.eu:a+b_c", "guild-1.eu:a+b_c", ""},
		{"$(x)", byName, "__x_"},
		{"`x`", byName, "_x_"},
		{"a b", byName, "a b"},
		{"x;y", byName, "x_y"},
		{"-x", byName, "-x"},
		{"'", byName, "_"},
		{`a"b`, byName, "a_b"},
		{`a\b`, byName, "a_b"},
		{"#x", byName, "#x"},
		{"~root", byName, "_root"},
		{"a!b", byName, "a_b"},
		{"{a,b}", byName, "_a_b_"},
		{"a*", byName, "a_"},
		{"a=~", byName, "a__"},
		{"imgroup/other", byName, "imgroup_other"},
		{"運用", byName, "運用"},
		{"a\nb", byName, "a_b"},
		{"a\n", byName, "a_"},
		{"a\tb", byName, "a_b"},
		{"a\x1b[2J\u202eb", byName, "a__2J_b"},
		{"\xff", byName, "_"},
		{strings.Repeat("運", 61), byName, strings.Repeat("運", 60)},
		{"", byName, ""},
	} {
		t.Run(test.id, func(t *testing.T) {
			word, description := groupWord(groupWithID(test.id))
			if word != test.word || description != test.description {
				t.Errorf("%q with the description %q", word, description)
			}
			if !isHarmless(word) {
				t.Errorf("%q is left out", word)
			}
		})
	}
}

// A shell that evaluates a completed word finds nothing in it but the word, wherever a character is.
func TestAShellTakesACompletedWordAsItIs(t *testing.T) {
	var words []string
	for c := rune(1); c < 0x100; c++ {
		for _, id := range []string{string(c), string(c) + "x", "x" + string(c), "x" + string(c) + "y", "x" + string(c) + string(c)} {
			word, _ := groupWord(groupWithID(id))
			words = append(words, word)
		}
	}
	c := exec.Command("sh", append([]string{"-c", `for word; do eval "printf '%s\n' $word"; done`, "sh"}, words...)...)
	c.Dir = t.TempDir()
	out, err := c.CombinedOutput()
	if want := strings.Join(words, "\n") + "\n"; err != nil || string(out) != want {
		t.Errorf("%v: %s", err, out)
	}
}
