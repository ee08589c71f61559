// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// Kind is a service that has incoming webhooks.
type Kind string

// The kinds.
const (
	Feishu   Kind = "Feishu" // and Lark
	WeCom    Kind = "WeCom"
	DingTalk Kind = "DingTalk"
	Slack    Kind = "Slack"
)

// Known reports whether there is such a kind.
func (k Kind) Known() bool { _, is := services[k]; return is }

// service is what differs between the kinds.
type service struct {
	// gap is between the answer to a message and the next message: a minute divided by the messages in it. So the limit
	// holds in any minute, and over restarts.
	gap time.Duration
	// escape makes plain text of any text.
	escape *strings.Replacer
	// message is the body of a request; it may add a signature to the URL.
	message func(to *url.URL, secret, text string) any
	// code reads the result in an answer, where 0 is success.
	code func(answer []byte) (code int, is bool)
	// later are codes that mean "not now", and for how long at least.
	later map[int]time.Duration
}

var services = map[Kind]service{Feishu: feishu, WeCom: weCom, DingTalk: dingTalk, Slack: slack}

// sign is the HMAC-SHA256 of a message, in base64.
func sign(key, message string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
