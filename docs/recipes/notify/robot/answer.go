// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	maxAnswer = 64 << 10         // bytes; those of the services are short
	maxAfter  = 15 * time.Minute // that a service may ask for
)

// laterError is a failure of every message, not of this one: the service asks to wait, or is away.
type laterError struct {
	what  string
	after time.Duration // at least
}

func (e *laterError) Error() string { return e.what }

// check reads an answer. Most services answer with HTTP 200 even if they refuse, and say so in the body.
func (s service) check(answer *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= http.StatusInternalServerError {
		return &laterError{what: fmt.Sprintf("HTTP %d", answer.StatusCode), after: retryAfter(answer.Header)}
	}
	code, is := s.code(body)
	if after, later := s.later[code]; is && later {
		return &laterError{what: fmt.Sprintf("HTTP %d, code %d", answer.StatusCode, code), after: max(after, retryAfter(answer.Header))}
	}
	if err != nil || !is || code != 0 || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("refused: HTTP %d, code %d", answer.StatusCode, code)
	}
	return nil
}

// retryAfter reads Retry-After, and Feishu's header of the same meaning, in seconds.
func retryAfter(h http.Header) (after time.Duration) {
	for _, name := range []string{"Retry-After", "X-Ogw-Ratelimit-Reset"} {
		if seconds, err := strconv.Atoi(h.Get(name)); err == nil && seconds > 0 {
			after = max(after, min(time.Duration(min(seconds, 3600))*time.Second, maxAfter))
		}
	}
	return after
}

// jsonCode reads the member code (Feishu) or errcode (WeCom, DingTalk).
func jsonCode(answer []byte) (code int, is bool) {
	var a struct {
		Code    *int `json:"code"`
		ErrCode *int `json:"errcode"`
	}
	_ = json.Unmarshal(answer, &a) // what is not JSON has no code
	for _, c := range []*int{a.Code, a.ErrCode} {
		if c != nil {
			return *c, true
		}
	}
	return 0, false
}
