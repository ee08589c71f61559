// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"testing"
)

// What docs/upgrading.md says of two versions: with the newer CRDs an operator keeps what it does not know, fields,
// times and conditions. With the older ones the API server hides such fields, and a write drops them.
func TestWhatANewerVersionStoredIsKept(t *testing.T) {
	s := startStack(t)
	s.run(t, "kubectl get crd imgroups.im.imgroup.dev -o json | jq 'del(.metadata.resourceVersion)' >old.json")
	s.run(t, `jq '.spec.versions[0].schema.openAPIV3Schema.properties.status.properties.mood={type:"string"}' old.json >new.json
		kubectl replace -f new.json`)
	s.change(t, "one")
	s.await(t, `.status.notification == "one"`)
	s.awaitSchema(t, true)
	s.run(t, `kubectl get `+ourGroup+` -o json | jq '.status.mood="kept"
		| .status.fieldTimes.mood = "2026-11-23T11:00:00.000000Z"
		| .status.conditions += [{type:"Mood",status:"True",reason:"Good",message:"",lastTransitionTime:"2026-11-23T11:00:00Z"}]' |
		kubectl replace --subresource=status -f -`)

	s.change(t, "two")
	s.await(t, `.status.notification == "two" and .status.mood == "kept"
		and (.status.fieldTimes | has("mood")) and any(.status.conditions[]; .type == "Mood")`)

	s.run(t, "kubectl replace -f old.json")
	s.await(t, `.status | has("mood") | not`)
	s.run(t, "kubectl replace -f new.json")
	s.await(t, `.status.mood == "kept"`)

	s.run(t, "kubectl replace -f old.json")
	s.awaitSchema(t, false)
	s.change(t, "three")
	s.await(t, `.status.notification == "three"`)
	s.run(t, "kubectl replace -f new.json")
	s.awaitSchema(t, true)
	s.await(t, `.status | has("mood") | not`)
}

const ourGroup = "img/demo-tgs-2j4szeael-b5d04eb60b99a416"

// change sends the README's callback with another notification.
func (s *stack) change(t *testing.T, notification string) {
	t.Helper()
	s.changes++ // within the second the later one has the greater time
	command := step{page: "README.md", has: "8090/callbacks/default/demo"}.block(t)
	must(t, has(s.run(t, s.local(t, command, []string{`"Hello"`, `"` + notification + `"`, `'000"`, fmt.Sprintf(`'%03d"`, s.changes)})), `"OK"`))
}

// await waits until the group is as a filter of jq says.
func (s *stack) await(t *testing.T, filter string) {
	t.Helper()
	eventually(t, filter, func() error {
		return has(s.run(t, "kubectl get "+ourGroup+" -o json | jq '"+filter+"'"), "true")
	})
}

// awaitSchema waits until the API server has, or has not, the new field among those that it lets a client write.
func (s *stack) awaitSchema(t *testing.T, known bool) {
	t.Helper()
	word := map[bool]string{true: "accepted", false: "refused"}[known]
	eventually(t, "the new field is "+word, func() error {
		return has(s.run(t, `kubectl patch `+ourGroup+` --subresource=status --type=merge --dry-run=server \
			-p '{"status":{"mood":"tried"}}' -o json 2>&1 | jq -e '.status.mood == "tried"' >/dev/null && echo accepted || echo refused`), word)
	})
}
