// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"net/url"
	"strconv"
	"time"
)

// dingTalk: the robot, its signature, its codes, and its limit: 20 messages a minute, and whoever sends more is refused for
// 10 minutes: https://open.dingtalk.com/document/robots/custom-robot-access
// -1 is busy, 410100 the limit; 130101 is what the limit answers with ("send too fast, exceed 20 times per minute").
var dingTalk = service{
	gap:     3100 * time.Millisecond,
	escape:  substitute,
	message: dingTalkMessage,
	code:    jsonCode,
	later:   map[int]time.Duration{-1: 0, 410100: 10 * time.Minute, 130101: 10 * time.Minute},
}

// dingTalkMessage has the signature in its URL: the key is the secret, and what is signed are the time in milliseconds and
// the secret.
func dingTalkMessage(to *url.URL, secret, text string) any {
	if secret != "" {
		at, query := strconv.FormatInt(time.Now().UnixMilli(), 10), to.Query()
		query.Set("timestamp", at)
		query.Set("sign", sign(secret, at+"\n"+secret))
		to.RawQuery = query.Encode()
	}
	return map[string]any{"msgtype": "text", "text": map[string]string{"content": text}, "at": map[string]bool{"isAtAll": false}}
}
