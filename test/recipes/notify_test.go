// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// chats are the notifier of the recipe and a hook of each kind.
type chats struct {
	t       *testing.T
	options child.Options
	hooks   []*hook
}

// newChats has all chats told of the notifications and the end of the groups whose ID begins with a word.
func newChats(t *testing.T, groups string) *chats {
	t.Helper()
	kubectl(t, adminConfig(), "apply", "-k", folder+"notify")
	c, dir := &chats{t: t}, t.TempDir()
	rules := "receivers:\n"
	for _, kind := range kinds {
		h := &hook{t: t, kind: kind}
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		name, w := strings.ToLower(string(kind)), h.webhook(server.URL)
		rules += fmt.Sprintf("- {name: %s, kind: %s, rules: [{apps: [chat], groups: ['%s*'], fields: [notification, disbanded]}]}\n", name, kind, groups)
		must(t, os.WriteFile(filepath.Join(dir, name+".url"), []byte(w.URL+"\n"), 0o600))
		if w.Secret != "" {
			must(t, os.WriteFile(filepath.Join(dir, name+".secret"), []byte(w.Secret), 0o600))
		}
		c.hooks = append(c.hooks, h)
	}
	must(t, os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(rules), 0o600))
	c.options = child.Options{Path: filepath.Join(world.bin, "notifier"), Log: filepath.Join(dir, "log"),
		Args: []string{"--rules=" + filepath.Join(dir, "rules.yaml"), "--webhooks=" + dir, "--max-age=1000000h"},
		Env:  []string{"POD_NAMESPACE=" + namespace, "KUBECONFIG=" + account(t, namespace, "notifier")}}
	return c
}

// await waits until each chat has exactly these texts, without their first and their last line.
func (c *chats) await(texts ...string) {
	c.t.Helper()
	wide := strings.NewReplacer("@", "＠", "<", "＜", "](", "]（")
	for _, h := range c.hooks {
		eventually(c.t, "what "+string(h.kind)+" is told", func() error {
			var got, want []string
			for _, text := range h.texts() {
				got = append(got, strings.Split(text, "\n")[1])
			}
			for _, text := range texts {
				if h.kind != robot.Slack {
					text = wide.Replace(text)
				}
				want = append(want, text)
			}
			return differs(want, got)
		})
	}
}

func TestTheNotifierTellsFourChatsOnceOverRestarts(t *testing.T) {
	c := newChats(t, "four")
	p := start(t, c.options)
	text := robot.Line(nasty+" <!channel> @all <at user_id=\"all\"></at> [x](y)", 200)
	change(t, "four", 1000, fakeim.Body{"Notification": nasty + " <!channel> @all <at user_id=\"all\"></at> [x](y)"})
	change(t, "other", 1000, fakeim.Body{"Notification": "not for them"})
	change(t, "four", 1001, fakeim.Body{"Name": "not for them"})
	c.await("notification: " + text)
	must(t, p.Stop(harness.StopGrace))
	change(t, "four", 2000, fakeim.Body{"Notification": "meanwhile"})
	awaitNotification(t, "four", "meanwhile")
	p = start(t, c.options)
	c.await("notification: "+text, "notification: meanwhile")
	send(t, fakeim.Destroyed("four", at(3000), "leckie", "x"))
	c.await("notification: "+text, "notification: meanwhile", "disbanded")
	must(t, p.Stop(harness.StopGrace))
	for _, h := range c.hooks {
		if n := len(h.posted); n != 3 {
			t.Errorf("%s got %d messages", h.kind, n)
		}
	}
	log := textOf(t, c.options.Log)
	for _, secret := range []string{"s3cr3t", hookPath, "access_token", "meanwhile"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q", secret)
		}
	}
	if !strings.Contains(log, "Message posted") {
		t.Errorf("the log is %s", log)
	}
}

// A webhook that is not there yet, or is a wrong one, is named without what is in it, and used once it is right.
func TestTheNotifierWaitsForItsWebhook(t *testing.T) {
	c := newChats(t, "secret")
	file := filepath.Join(filepath.Dir(c.options.Log), "slack.url")
	right := textOf(t, file)
	must(t, os.WriteFile(file, []byte("https://127.0.0.1:1/s3cr3t"), 0o600))
	start(t, c.options)
	change(t, "secret", 1000, fakeim.Body{"Notification": "at last"})
	eventually(t, "it has failed", func() error {
		return exec.CommandContext(t.Context(), "grep", "-q", "posting to Slack", c.options.Log).Run()
	})
	must(t, os.WriteFile(file, []byte(right), 0o600))
	c.await("notification: at last")
	if strings.Contains(textOf(t, c.options.Log), "s3cr3t") {
		t.Error("the log has the secret")
	}
}

func TestTheNotifierNamesWrongRules(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.yaml")
	must(t, os.WriteFile(file, []byte("receivers: [{name: a, kind: Pager}]"), 0o600))
	notifier := exec.CommandContext(t.Context(), filepath.Join(world.bin, "notifier"), "--rules="+file)
	notifier.Env = append(os.Environ(), "KUBECONFIG="+adminConfig())
	said, err := notifier.CombinedOutput()
	if code := notifier.ProcessState.ExitCode(); code != 2 || !strings.Contains(string(said), `kind "Pager" is not one of`) {
		t.Errorf("it ends with %d: %v\n%s", code, err, said)
	}
}
