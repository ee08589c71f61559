// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

// The secrets of the webhooks in tests; no log may hold them.
const (
	hookPath    = "/hook-s3cr3t-path"
	hookKey     = "s3cr3t-access-token"
	signingKey  = "s3cr3t-signing-key"
	maxTextSize = 2048 // bytes, of the service that takes least
)

// hook stands in for the webhook of a service: it takes messages as that service documents them, and fails the test for
// any other.
type hook struct {
	t       *testing.T
	kind    robot.Kind
	mu      sync.Mutex
	refuse  []http.HandlerFunc // answer the first messages, one each
	posted  []time.Time        // of all messages
	message []string           // those that were taken, as people see them
}

// webhook leads to a hook. WeCom and Slack do not sign.
func (h *hook) webhook(server string) robot.Webhook {
	w := robot.Webhook{URL: server + hookPath + "?access_token=" + hookKey}
	if h.kind == robot.Feishu || h.kind == robot.DingTalk {
		w.Secret = signingKey
	}
	return w
}

// robot posts to the hook without a network.
func (h *hook) robot() *robot.Robot {
	return robot.New(h.kind, h, func() (robot.Webhook, error) { return h.webhook("https://chat.example.com"), nil })
}

// RoundTrip makes a transport of a hook.
func (h *hook) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Result(), r.Context().Err()
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.posted = append(h.posted, time.Now())
	if r.Method != http.MethodPost || r.URL.Path != hookPath || r.URL.Query().Get("access_token") != hookKey ||
		!strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		h.t.Errorf("%s %s with %v", r.Method, r.URL, r.Header)
	}
	text := h.read(r)
	if len(text) > maxTextSize {
		h.t.Errorf("%d bytes", len(text))
	}
	if len(h.refuse) > 0 {
		h.refuse[0](w, r)
		h.refuse = h.refuse[1:]
		return
	}
	h.message = append(h.message, h.shown(text))
	_, _ = io.WriteString(w, success[h.kind])
}

// success is what each service answers when it takes a message.
var success = map[robot.Kind]string{
	robot.Feishu:   `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`,
	robot.WeCom:    `{"errcode":0,"errmsg":"ok"}`,
	robot.DingTalk: `{"errcode":0,"errmsg":"ok"}`,
	robot.Slack:    "ok",
}

// read takes the text out of a message that is as the service documents it, signature and all.
func (h *hook) read(r *http.Request) string {
	var m struct {
		MsgType         string `json:"msg_type"`
		Type            string `json:"msgtype"`
		Timestamp, Sign string
		Content         struct{ Text string }
		Text            any
		At              struct{ IsAtAll bool }
		Mrkdwn          *bool
	}
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		h.t.Error(err)
	}
	if m.At.IsAtAll {
		h.t.Error("everybody is mentioned")
	}
	inText, _ := m.Text.(map[string]any)
	switch h.kind {
	case robot.Feishu: // the key is the time in seconds and the secret, what is signed is empty
		h.checkSign(m.Timestamp, m.Sign, time.Second, m.Timestamp+"\n"+signingKey, "")
		return h.typed(m.MsgType, m.Content.Text)
	case robot.DingTalk: // the key is the secret, what is signed is the time in milliseconds and the secret
		at := r.URL.Query().Get("timestamp")
		h.checkSign(at, r.URL.Query().Get("sign"), time.Millisecond, signingKey, at+"\n"+signingKey)
		return h.typed(m.Type, fmt.Sprint(inText["content"]))
	case robot.WeCom:
		return h.typed(m.Type, fmt.Sprint(inText["content"]))
	}
	if m.Mrkdwn == nil || *m.Mrkdwn {
		h.t.Error("Slack is to format the text")
	}
	return fmt.Sprint(m.Text)
}

func (h *hook) typed(kind, text string) string {
	if kind != "text" {
		h.t.Errorf("a message of type %q", kind)
	}
	return text
}

// checkSign recomputes a signature by the service's document. Both services take a time within an hour.
func (h *hook) checkSign(at, sign string, unit time.Duration, key, signed string) {
	n, err := strconv.ParseInt(at, 10, 64)
	if age := time.Since(time.Unix(0, n*int64(unit))); err != nil || age.Abs() > time.Minute {
		h.t.Errorf("%s: the timestamp is %q", h.kind, at)
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); sign != want {
		h.t.Errorf("%s: the signature is %q, want %q", h.kind, sign, want)
	}
}

// shown is what people see of a text. It must have nothing that the service takes for more than text.
func (h *hook) shown(text string) string {
	if h.kind == robot.Slack {
		if strings.ContainsAny(text, "<>") || strings.Count(text, "&") != strings.Count(text, "&amp;")+strings.Count(text, "&lt;")+strings.Count(text, "&gt;") {
			h.t.Errorf("Slack finds more than text in %q", text)
		}
		return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
	}
	for _, control := range []string{"@", "<", "]("} {
		if strings.Contains(text, control) {
			h.t.Errorf("%s finds %s in %q", h.kind, control, text)
		}
	}
	return text
}

// texts are the messages that were taken.
func (h *hook) texts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.message)
}

// answer makes an answer of a status, a body and headers.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
