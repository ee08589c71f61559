// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The commands of the documents do what the documents say, on a real API server: first those of the README, by which a
// newcomer sees a group change, then those that install, debug, operate and remove.
func TestTheCommandsOfTheDocumentsWork(t *testing.T) {
	s := startStack(t)
	s.prepare(t)
	for _, step := range steps {
		switch {
		case step.not != "":
			continue
		case step.watches:
			s.watch(t, step.block(t))
			continue
		}
		s.before(t, step)
		must(t, has(s.run(t, s.local(t, step.block(t), step.swap)), step.want...))
		s.awaitShown(t, step.shown)
	}
}

// A newcomer takes the commands of the README from the top to the bottom, and so does the test.
func TestTheStepsOfTheREADMEAreInItsOrder(t *testing.T) {
	var taken []string
	for _, step := range steps {
		if step.page == "README.md" {
			taken = append(taken, step.block(t))
		}
	}
	if diff := cmp.Diff(blocks(read(t, "README.md"), "sh"), taken); diff != "" {
		t.Errorf("(-README.md +steps):\n%s", diff)
	}
}

// Every block for the shell has its step, and is run or says why not.
func TestNoCommandIsForgotten(t *testing.T) {
	ours := map[string]bool{}
	for _, step := range steps {
		ours[step.page] = true
		step.block(t)
	}
	ours["docs/security.md"], ours["docs/configuration.md"], ours["docs/dataflow.md"] = true, true, true
	for page := range ours {
		for _, block := range blocks(read(t, page), "sh") {
			found := 0
			for _, step := range steps {
				if step.page == page && step.isOf(block) {
					found++
				}
			}
			if found != 1 {
				t.Errorf("%s: %d steps are of\n%s", page, found, block)
			}
		}
	}
}

func (s step) isOf(block string) bool {
	if start, found := strings.CutPrefix(s.has, "^"); found {
		return strings.HasPrefix(block, start)
	}
	return strings.Contains(block, s.has)
}

func (s step) block(t *testing.T) string {
	t.Helper()
	for _, block := range blocks(read(t, s.page), "sh") {
		if s.isOf(block) {
			return block
		}
	}
	t.Fatalf("%s has no command with %q", s.page, s.has)
	return ""
}

// local is a command with this machine's addresses.
func (s *stack) local(t *testing.T, command string, swap []string) string {
	t.Helper()
	command = strings.NewReplacer(swap...).Replace(command)
	tencent := s.address(t, "fake Tencent")
	return strings.NewReplacer("127.0.0.1:8090", s.address(t, "callback URL"), "127.0.0.1:8095", tencent, "TENCENT", tencent,
		"METRICS", s.address(t, "metrics")).Replace(command)
}

// prepare writes the files that the commands name: the overlays, and secrets that a person has from elsewhere.
func (s *stack) prepare(t *testing.T) {
	t.Helper()
	for _, m := range regexp.MustCompile("(?s)```yaml\n# (deploy[a-z/-]*\\.yaml)\n(.*?)```").FindAllStringSubmatch(read(t, "docs/install.md"), -1) {
		file := filepath.Join(s.dir, m[1])
		must(t, os.MkdirAll(filepath.Dir(file), 0o700))
		must(t, os.WriteFile(file, []byte(m[2]), 0o600))
	}
	s.run(t, "cp .local/secretkey key.txt && cp .local/pki/apiserver.crt fullchain.pem && cp .local/pki/apiserver.key key.pem")
}

// before does what the text around a command asks for.
func (s *stack) before(t *testing.T, next step) {
	t.Helper()
	switch {
	case next.page == "README.md" && next.has == "status.callbackPath":
		s.apply(t, "README.md", "kind: Secret", "")
	case next.page == "docs/crds/imapp.md" && next.has == "Callback refused":
		s.run(t, s.local(t, "curl -d '{}' http://127.0.0.1:8090/callbacks/chat/chat", nil))
	case next.page == "docs/crds/imgroup.md" && strings.HasPrefix(next.has, "--for=condition"):
		s.apply(t, next.page, "name: announcements", "@TGS#2J4SZEAEL", "@TGS#29D56K73DT")
	case next.has == ">imgroups.json": // what a resync would bring back at once is not what a backup is for
		s.run(t, "kubectl -n chat delete imapps,imgroups --all; kubectl delete imapp cloud; kubectl delete imgroups -l im.imgroup.dev/app=cloud")
	case strings.HasPrefix(next.has, "replace --subresource"):
		s.run(t, "kubectl delete imgroups,imapps -A --all")
	case next.page == "docs/upgrading.md":
		must(t, has(s.run(t, "kubectl get "+ourGroup+" -o jsonpath='{.status.notification}'"), "Hello"))
	}
}

// apply applies a document's YAML block, in the namespace chat if it is changed for it.
func (s *stack) apply(t *testing.T, page, words string, swap ...string) {
	t.Helper()
	namespace := "chat"
	if len(swap) < 2 {
		namespace, swap = "default", nil
	}
	for _, block := range blocks(read(t, page), "yaml") {
		if strings.Contains(block, words) {
			file := filepath.Join(s.dir, "applied.yaml")
			must(t, os.WriteFile(file, []byte(strings.NewReplacer(swap...).Replace(block)), 0o600))
			s.run(t, "kubectl -n "+namespace+" apply -f applied.yaml")
			return
		}
	}
	t.Fatalf("%s has no YAML with %q", page, words)
}
