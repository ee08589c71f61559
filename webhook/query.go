// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/url"
	"strings"
)

// query holds the parameters that Tencent appends to the configured URL and that matter here. The spelling is the
// documented one, to the letter.
type query struct {
	sdkAppID, sign, requestTime, command parameter
	platform, clientIP                   parameter
}

// parameter is a value that was given or not. "" and absent mean the same.
type parameter struct {
	value string
	given bool
}

// parseQuery reads a raw query. It fails if a parameter that decides anything is repeated: another reader of the same
// URL (a proxy, a log) might see the other value. A value with a broken escape stays as it is and is then wrong by
// itself.
func parseQuery(raw string) (query, outcome) {
	var q query
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		p, strict := q.parameter(unescape(name))
		if p == nil {
			continue
		}
		if p.given && strict {
			return q, repeatedParameter
		}
		if !p.given {
			*p = parameter{unescape(value), true}
		}
	}
	return q, proceed
}

// parameter finds where a parameter belongs and whether it must not be repeated.
func (q *query) parameter(name string) (p *parameter, strict bool) {
	switch name {
	case "SdkAppid":
		return &q.sdkAppID, true
	case "Sign":
		return &q.sign, true
	case "RequestTime":
		return &q.requestTime, true
	case "CallbackCommand":
		return &q.command, true
	case "OptPlatform":
		return &q.platform, false
	case "ClientIP":
		return &q.clientIP, false
	}
	return nil, false
}

func unescape(s string) string {
	if text, err := url.QueryUnescape(s); err == nil {
		return text
	}
	return s
}
