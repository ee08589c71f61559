// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// blocks are the pieces of a document that are commands or manifests.
var blocks = regexp.MustCompile("(?s)\n```(sh|yaml)\n(.*?)```\n")

func TestTheDocumentsCommandsWork(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/docs/gitops.md")
	must(t, err)
	const ns = "chat" // as the document has it
	must(t, world.admin.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}))
	newSecret(t, ns, "chat", map[string]string{"token": token})
	o := startOperator(t, ns)
	folder := t.TempDir()
	must(t, os.CopyFS(filepath.Join(folder, "config", "argocd"), os.DirFS(root+"/config/argocd")))
	commands := 0
	for _, block := range blocks.FindAllStringSubmatch(string(text), -1) {
		if block[1] == "yaml" {
			if strings.Contains(block[2], "kind: IMApp") {
				must(t, os.WriteFile(filepath.Join(folder, "chat.yaml"), []byte(block[2]), 0o600))
			}
			continue
		}
		for command := range strings.Lines(block[2]) {
			commands++
			runDocumented(t, o, folder, strings.TrimSpace(command))
		}
	}
	if commands < 20 {
		t.Errorf("only %d commands were found", commands)
	}
}

// Argo CD's schema accepts the Application that installs the operator.
func TestTheDocumentsApplicationIsRight(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/docs/gitops.md")
	must(t, err)
	found := 0
	for _, block := range blocks.FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(block[2], "argoproj.io") {
			found++
			kubectl(t, argoNamespace, block[2], "create", "--dry-run=server", "--validate=strict", "-f", "-")
		}
	}
	if found != 1 {
		t.Errorf("%d are found", found)
	}
}

// raw is what stands before a file's path in the URL of its text.
var raw = regexp.MustCompile(`https://github\.com/imgroup-operator/imgroup-operator/raw/[^/]+/`)

// runDocumented runs one command as a person does, while people chat.
func runDocumented(t *testing.T, o *operator, folder, command string) {
	t.Helper()
	chatting, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		chat(chatting, o)
	}()
	defer func() {
		stop()
		<-done
	}()
	ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
	defer cancel()
	out, err := tryRun(ctx, folder, world.kubeconfig, "", "sh", "-euc", raw.ReplaceAllString(command, ""))
	if err != nil {
		t.Fatal(err)
	}
	checkOutput(t, command, out)
}

// checkOutput fails for a command that finds nothing, or a difference.
func checkOutput(t *testing.T, command, out string) {
	t.Helper()
	differs := strings.Contains(command, " diff ")
	if differs != (strings.TrimSpace(out) == "") {
		t.Errorf("%s\nprints %q", command, out)
	}
	t.Logf("$ %s\n%s", command, out)
}

// chat changes the group of the document until it is told to stop. An IMApp that is suspended or not ready refuses.
func chat(ctx context.Context, o *operator) {
	again := time.NewTicker(10 * harness.PollEvery)
	defer again.Stop()
	for {
		body := everyText("@TGS#2J4SZEAEL", int(time.Now().UnixMilli()), "お知らせ").With("Notification", "Back at 10").With("Operator_Account", "alice")
		_ = o.trySend(ctx, "chat", body, fakeim.WithPlatform("iOS"))
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}
