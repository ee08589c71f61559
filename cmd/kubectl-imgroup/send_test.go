// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// sendTo is a command line that sends to the operator where it listens.
func sendTo(namespace string, args ...string) []string {
	return append([]string{"send", "-n", namespace, "--url", "http://" + world.operator.Callbacks}, args...)
}

func TestSend(t *testing.T) {
	for _, test := range []struct {
		name string
		code int
		args []string
	}{
		{"send-nothing", 0, sendTo("chat", "support", "@TGS#2SEND", "--wait")},
		{"send-name", 0, sendTo("chat", "support", "@TGS#2SEND", "--name", "運用チーム", "--wait")},
		{"send-texts", 0, sendTo("chat", "support", "@TGS#2SEND", "--wait", "--introduction", "当直", "--notification", "", "--custom", "Region=eu")},
		{"send-created", 0, sendTo("chat", "support", "@TGS#2BORN", "--wait", "--command", "created", "--name", "新人", "--owner", "leckie", "--type", "Community")},
		{"send-owner", 0, sendTo("chat", "support", "@TGS#2SEND", "--wait", "--command", "owner", "--owner", "u-1001")},
		{"send-destroyed", 0, sendTo("chat", "support", "@TGS#2DEAD", "--wait", "--command", "destroyed")},
		{"send-unsigned", 0, sendTo("chat", "trial", "@TGS#2SEND", "--name", "Trial", "--wait")},
	} {
		t.Run(test.name, func(t *testing.T) { look(t, test.name, test.code, test.args...) })
	}
}

func TestSendAsJSON(t *testing.T) {
	for _, test := range []struct {
		name string
		code int
		args []string
	}{
		{"send-json", 0, sendTo("chat", "support", "@TGS#2JSON", "--name", "運用", "--wait", "-o", "json")},
		{"send-json-refused", 3, sendTo("chat", "retired", "@TGS#2JSON", "--wait", "-o", "json")},
		{"send-json-timed-out", 4, sendTo("chat", "picky", "unwanted", "--wait", "--timeout", "1s", "-o", "json")},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := run(t, pipe, test.code, test.args...)
			golden(t, test.name, p, p.out.String())
		})
	}
}

// A line end in a text is no line end on the screen, where the rest of it would pass for the plugin's own words.
func TestSendShowsEachTextOnALineOfItsOwn(t *testing.T) {
	p := run(t, pipe, 0, sendTo("chat", "support", "@TGS#2LINES", "--name", "a\nnotification is b", "--wait")...)
	p.says(t, `name is a\nnotification is b`)
}

func TestSendOlderThanWhatIsKnown(t *testing.T) {
	run(t, pipe, 0, sendTo("chat", "support", "old-news", "--name", "new", "--event-time", "2026-01-02T03:04:05.678Z", "--wait")...)
	p := run(t, pipe, 0, sendTo("chat", "support", "old-news", "--name", "old", "--event-time", "2025-01-02T03:04:05Z", "--wait")...)
	p.says(t, `name stays new, which is newer: of 2026-01-02T03:04:05.678Z`)
}

func TestSendRefused(t *testing.T) {
	must(t, os.WriteFile(path("wrong-token"), []byte("not the token\n"), 0o600))
	for _, test := range []struct {
		name string
		args []string
	}{
		{"send-wrong-sign", sendTo("chat", "support", "@TGS#2SEND", "--token-file", "wrong-token")},
		{"send-wrong-app", []string{"send", "-n", "games", "players", "@TGS#2SEND", "--url", "http://" + world.operator.Callbacks + "/callbacks/chat/support"}},
		{"send-suspended", sendTo("chat", "retired", "@TGS#2SEND")},
		{"send-not-ready", sendTo("chat", "waiting", "@TGS#2SEND", "--token-file", "wrong-token")},
		{"send-unsigned-refused", []string{"send", "-n", "chat", "trial", "@TGS#2SEND", "--url", "http://" + world.operator.Callbacks + "/callbacks/chat/support"}},
	} {
		t.Run(test.name, func(t *testing.T) { look(t, test.name, 3, test.args...) })
	}
}

func TestSendElsewhere(t *testing.T) {
	foreign := httptest.NewServer(http.NotFoundHandler())
	defer foreign.Close()
	secure := httptest.NewUnstartedServer(http.RedirectHandler("https://example.com/", http.StatusFound))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // a handshake that must fail
	secure.StartTLS()
	defer secure.Close()
	for _, test := range []struct {
		name string
		code int
		says string
		args []string
	}{
		{"something else answers", 3, "not an answer of the operator", []string{"--url", foreign.URL}},
		{"nobody listens", 1, "port-forward", []string{"--url", "http://127.0.0.1:1"}},
		{"an unknown certificate", 1, "--callback-certificate-authority", []string{"--url", secure.URL}},
		{"a certificate that is not looked at, and a redirect that is not followed", 3, "HTTP 302", []string{"--url", secure.URL, "--callback-insecure-skip-tls-verify"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := run(t, pipe, test.code, append([]string{"send", "support", "g", "-n", "chat"}, test.args...)...)
			all := p.out.String() + p.err.String()
			if !strings.Contains(all, test.says) {
				t.Errorf("the output does not have %q:\n%s", test.says, all)
			}
			if strings.Contains(all, "Sign=") || strings.Contains(all, token) {
				t.Errorf("the output has the signature or the token:\n%s", all)
			}
		})
	}
}

func TestSendTimesOutWhereNobodyWantsTheGroup(t *testing.T) {
	p := run(t, pipe, 4, sendTo("chat", "picky", "unwanted", "--wait", "--timeout", "1s")...)
	p.says(t, "creationPolicy")
}

func TestSendToADeclaredIMGroup(t *testing.T) {
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: "announcements"}}
	g.Spec.AppRef.Name, g.Spec.GroupID = "picky", "@TGS#2WANTED"
	must(t, world.admin.Create(t.Context(), g))
	eventually(t, "the operator knows it", func() error { return isReady(t, g) })
	p := run(t, pipe, 0, sendTo("chat", "picky", "imgroup/announcements", "--face-url", "https://cdn.example.com/a.png", "--wait")...)
	p.says(t, "faceURL is https://cdn.example.com/a.png")
	run(t, pipe, 2, sendTo("chat", "support", "imgroup/announcements")...).says(t, "belongs to the IMApp picky")
}

func TestSendReadsTheTokenFromStdin(t *testing.T) {
	p := start(t, narrow, sendTo("chat", "support", "stdin", "--token-file", "-")...)
	p.says(t, "Token, which is not shown:")
	eventually(t, "the terminal shows nothing of what is typed", func() error { return isSilent(p.terminal) })
	must(t, p.typed(token+"\n"))
	if code := p.wait(t); code != 0 || strings.Contains(p.out.String(), token) {
		t.Error(fmt.Sprint("exit code ", code, ": ", p.out.String()))
	}
}

func isSilent(terminal *os.File) error {
	settings, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err == nil && settings.Lflag&unix.ECHO != 0 {
		err = errors.New("it shows it")
	}
	return err
}

func TestCtrlCWhileTheTokenIsAwaited(t *testing.T) {
	p := start(t, narrow, sendTo("chat", "support", "stdin", "--token-file", "-")...)
	p.says(t, "Token, which is not shown:")
	p.interrupt(t)
	if code := p.wait(t); code != 130 {
		t.Errorf("exit code %d: %s", code, p.out.String())
	}
}
