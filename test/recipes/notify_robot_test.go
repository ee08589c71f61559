// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

var kinds = []robot.Kind{robot.Feishu, robot.WeCom, robot.DingTalk, robot.Slack}

// hostile are texts by which chat users could speak to more than the readers of a message.
var hostile = []string{nasty, "<!channel> <!here> <!everyone> <@U024BE7LH> <#C024BE7LR> <!subteam^SAZ94GDB8> <https://evil.example.com|bank>",
	`<at user_id="all">everyone</at> <at id=all></at> @_all`, "@all @所有人 <@all> <@zhangsan> @13800001111", "[bank](https://evil.example.com) ![x](y)",
	"&lt;!channel&gt; &amp; &", "a\nIMGroup of bank: all is well\r\u2028b\u0085c", "\x00\x1b]0;title\a\u202e\ufeff", "\xff\xc0invalid", "👩\u200d👩\u200d👧 東京"}

// Each service gets each text as text, and people see it, though some characters are wider.
func TestHostileTextsAreTextForEachService(t *testing.T) {
	seen := strings.NewReplacer("@", "＠", "<", "＜", "](", "]（")
	for _, kind := range kinds {
		synctest.Test(t, func(t *testing.T) {
			h := &hook{t: t, kind: kind}
			r := h.robot()
			for _, text := range hostile {
				must(t, r.Wait(t.Context()))
				line := robot.Line(text, 200)
				if strings.ContainsAny(line, "\n\r\u2028\u0085\x00\x1b\a\u202e\ufeff") || !strings.ContainsAny(line, "aev東") {
					t.Errorf("%q is the line %q", text, line)
				}
				must(t, r.Post(t.Context(), []string{"first", line}))
				want := "first\n" + line
				if kind != robot.Slack {
					want = seen.Replace(want)
				}
				if got := h.texts(); got[len(got)-1] != want {
					t.Errorf("%s shows %q, want %q", kind, got[len(got)-1], want)
				}
			}
		})
	}
}

// The signatures are those that the examples in the services' documents compute, for these times and this secret.
func TestTheSignaturesAreThoseOfTheDocuments(t *testing.T) {
	for kind, want := range map[robot.Kind]string{
		robot.Feishu:   `"sign":"GS7W8HeyQ0KrpAuI+tQYzlB36C9XCn6Wxr8zNNMQfm0=","timestamp":"946684801"`,
		robot.DingTalk: "sign=vUSSyPDQr9aGVjmfjEm%2Batjxz8IPoOmPqDBnIaSLd50%3D&timestamp=946684803100",
	} {
		synctest.Test(t, func(t *testing.T) {
			var got string
			transport := roundTrip(func(r *http.Request) (*http.Response, error) {
				var body strings.Builder
				must(t, r.Write(&body))
				got = body.String()
				return nil, errors.New("seen")
			})
			r := robot.New(kind, transport, func() (robot.Webhook, error) {
				return robot.Webhook{URL: "https://chat.example.com/?a=b", Secret: "s3cr3t"}, nil
			})
			at := map[robot.Kind]time.Time{robot.Feishu: time.Unix(946684801, 0), robot.DingTalk: time.UnixMilli(946684803100)}[kind]
			time.Sleep(time.Until(at))
			_ = r.Post(t.Context(), []string{"x"})
			if !strings.Contains(got, want) {
				t.Errorf("%s has no %s", got, want)
			}
		})
	}
}

// A long message keeps its beginning, whole lines of it, and fits into the smallest bound.
func TestALongMessageIsCut(t *testing.T) {
	long := make([]string, 30)
	for i := range long {
		long[i] = strings.Repeat("&😀", 100)
	}
	for _, kind := range kinds {
		synctest.Test(t, func(t *testing.T) {
			h := &hook{t: t, kind: kind} // it checks the bound
			must(t, h.robot().Post(t.Context(), append([]string{"first"}, long...)))
			if lines := strings.Split(h.texts()[0], "\n"); lines[0] != "first" || lines[1] != long[0] || lines[len(lines)-1] != "…" {
				t.Errorf("%s: %q", kind, lines)
			}
		})
	}
	if line := robot.Line(strings.Repeat("東", 300), 200); line != strings.Repeat("東", 199)+"…" {
		t.Errorf("cut to %q", line)
	}
}

// Over a real connection, too: each service takes its message, and no redirect leads it elsewhere.
func TestEachServiceTakesItsMessageOverHTTP(t *testing.T) {
	for _, kind := range kinds {
		h := &hook{t: t, kind: kind, refuse: []http.HandlerFunc{answer(http.StatusTemporaryRedirect, "", "Location", "/elsewhere")}}
		server := httptest.NewServer(h)
		r := robot.New(kind, http.DefaultTransport, func() (robot.Webhook, error) { return h.webhook(server.URL), nil })
		if err := r.Post(t.Context(), []string{"x"}); err == nil {
			t.Errorf("%s: a redirect is a success", kind)
		}
		must(t, r.Post(t.Context(), []string{"hello"}))
		must(t, differs([]string{"hello"}, h.texts()))
		server.Close()
		checkSilence(t, r.Post(t.Context(), []string{"x"}))
	}
}

// Only https keeps the secret, and no error repeats what is wrong with it.
func TestAWebhookThatIsNoHTTPSURLGetsNothing(t *testing.T) {
	for _, to := range []string{"", "s3cr3t", "http://chat.example.com/s3cr3t", "ftp://127.0.0.1/s3cr3t", "https:///s3cr3t", "https://chat.example.com/%zzs3cr3t", "https://chat example.com/s3cr3t"} {
		transport := roundTrip(func(*http.Request) (*http.Response, error) {
			t.Errorf("a request to %q", to)
			return nil, errors.New("refused")
		})
		r := robot.New(robot.Slack, transport, func() (robot.Webhook, error) { return robot.Webhook{URL: to}, nil })
		checkSilence(t, r.Post(t.Context(), []string{"x"}))
	}
}

// checkSilence sees that there is an error and that it holds nothing of the webhook.
func checkSilence(t *testing.T, err error) {
	t.Helper()
	if err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("the error is %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
