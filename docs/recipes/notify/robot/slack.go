// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"net/url"
	"strings"
	"time"
)

// slack: its limit of a message a second, and 429 with Retry-After: https://docs.slack.dev/apis/web-api/rate-limits
// The webhook, which answers ok: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
var slack = service{
	gap:     1100 * time.Millisecond,
	escape:  entities,
	message: slackMessage,
	code:    slackCode,
}

// entities stand for the three characters with which mentions and links begin and end; no others may be escaped:
// https://docs.slack.dev/messaging/formatting-message-text#escaping
var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackMessage has no signature: the URL is the secret. Names are no mentions, and addresses are not fetched.
func slackMessage(_ *url.URL, _, text string) any {
	return map[string]any{"text": text, "mrkdwn": false, "parse": "none", "link_names": false, "unfurl_links": false, "unfurl_media": false}
}

func slackCode(answer []byte) (code int, is bool) {
	return 0, strings.TrimSpace(string(answer)) == "ok"
}
