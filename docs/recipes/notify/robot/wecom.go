// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"net/url"
	"time"
)

// weCom: the robot, its limit of 20 messages a minute, its bound of 2,048 bytes, and that <@userid> in a text is a mention:
// https://developer.work.weixin.qq.com/document/path/91770
// The codes (-1 busy, 45009 the limit, 45033 too many at once): https://developer.work.weixin.qq.com/document/path/90313
var weCom = service{
	gap:     3100 * time.Millisecond,
	escape:  substitute,
	message: weComMessage,
	code:    jsonCode,
	later:   map[int]time.Duration{-1: 0, 45009: time.Minute, 45033: 0},
}

// weComMessage has no signature: the URL is the secret.
func weComMessage(_ *url.URL, _, text string) any {
	return map[string]any{"msgtype": "text", "text": map[string]string{"content": text}}
}
