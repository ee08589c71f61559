// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

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
