// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package complete

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

// harmless is a word that no shell takes for anything but itself. Shells do not quote what they complete, some versions
// of their scripts evaluate it on the way, and whoever creates a group at Tencent chooses its ID.
var harmless = regexp.MustCompile(`^[A-Za-z0-9@_][A-Za-z0-9@_#.:+-]*$`)

// isHarmless also takes the name of an IMGroup with its kind.
func isHarmless(word string) bool {
	return harmless.MatchString(strings.TrimPrefix(word, cluster.KindGroup+"/"))
}

// groupWord is how send is told of a group: by its ID, or where a shell could do something with that by the IMGroup.
func groupWord(g *imv1alpha1.IMGroup) (word, description string) {
	if harmless.MatchString(g.Spec.GroupID) {
		return g.Spec.GroupID, ""
	}
	return cluster.KindGroup + "/" + g.Name, describe(g.Spec.GroupID)
}

// maxDescription is more than fits beside a name, in characters.
const maxDescription = 60

// describe makes a completion's description of an untrusted text. It is to be read alone, but some shells insert it as
// well; so what could mean something there is an underscore.
func describe(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.N, unicode.M) && r != unicode.ReplacementChar || strings.ContainsRune(" @#.:+-", r) {
			return r
		}
		return '_'
	}, fmt.Sprintf("%.*s", maxDescription, text))
}
