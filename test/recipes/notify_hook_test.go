// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
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
