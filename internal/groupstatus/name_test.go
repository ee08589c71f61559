// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
)

// The hashes are the first 16 digits that sha256sum prints for the id.
func TestNameOfAnIMGroup(t *testing.T) {
	as := strings.Repeat("a", 39)
	for _, c := range []struct{ why, id, want string }{
		{"the documented id", "@TGS#2J4SZEAEL", "chat-tgs-2j4szeael-b5d04eb60b99a416"},
		{"ids that differ in case have one slug and two hashes", "@tgs#2j4szeael", "chat-tgs-2j4szeael-371f410d763adc43"},
		{"a run of other characters is one dash", "a/b c%", "chat-a-b-c-613476a0ad91b4f6"},
		{"a community", "@TGS#_@TGS#cQVLVHIM62CJ", "chat-tgs-tgs-cqvlvhim62cj-cb5acd468b93c9fb"},
		{"an id without letters or digits has no slug", "###", "chat-56dc6d47737d155a"},
		{"the slug is cut to 40 and then trimmed", as + "--b", "chat-" + as + "-b6dedf2d1fe54a0a"},
		{"characters beyond ASCII are other characters", "日本 Tokyo", "chat-tokyo-b129e34fdaa3dee7"},
	} {
		t.Run(c.why, func(t *testing.T) {
			got := Name("chat", c.id)
			if got != c.want {
				t.Errorf("imgroupName(%q) = %q, want %q", c.id, got, c.want)
			}
			if problems := validation.IsDNS1123Subdomain(got); len(problems) > 0 {
				t.Errorf("%q is not a valid name: %v", got, problems)
			}
		})
	}
}
