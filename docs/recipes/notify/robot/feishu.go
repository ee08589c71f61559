// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"net/url"
	"strconv"
	"time"
)

// feishu is also Lark. The robot, its signature, its limits (100 messages a minute and 5 a second) and 11232, the code of
// the limit: https://open.feishu.cn/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN
// 99991400 is the limit's code at the gateway:
// https://open.feishu.cn/document/server-docs/api-call-guide/frequency-control
var feishu = service{
	gap:     650 * time.Millisecond,
	escape:  substitute,
	message: feishuMessage,
	code:    jsonCode,
	later:   map[int]time.Duration{11232: time.Minute, 99991400: time.Minute},
}

// feishuMessage has the signature in its body: the key is the time in seconds and the secret, and what is signed is empty.
func feishuMessage(_ *url.URL, secret, text string) any {
	body := map[string]any{"msg_type": "text", "content": map[string]string{"text": text}}
	if secret != "" {
		at := strconv.FormatInt(time.Now().Unix(), 10)
		body["timestamp"], body["sign"] = at, sign(at+"\n"+secret, "")
	}
	return body
}
