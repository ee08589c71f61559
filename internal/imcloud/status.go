// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"net/http"
	"strconv"
	"time"
)

// statusError is the error for an HTTP status that is not 200. Tencent's REST API answers errors with 200 too ("RESTful
// API Overview"), so this is about what stands in front of it, or in its place.
func statusError(command string, response *http.Response) error {
	f := Fault{Command: command, Status: response.StatusCode}
	wait := retryAfter(response.Header)
	switch s := response.StatusCode; {
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable && wait > 0:
		f.Words = "the server asks for a pause"
		return &BackOffError{f, max(wait, limitedWait)}
	case s >= 500, s == http.StatusRequestTimeout:
		f.Words = wordsServer
		return &UnavailableError{f}
	case s == http.StatusBadRequest, s == http.StatusRequestEntityTooLarge, s == http.StatusUnsupportedMediaType:
		f.Words = wordsRequest
		return &RequestError{f}
	case s >= 300 && s < 400:
		f.Words = "the host redirects, which is not followed; check the base URL"
	default:
		f.Words = "what answers is not Tencent's REST API; check the base URL, and the proxy if there is one"
	}
	return &ConfigurationError{f}
}

// retryAfter reads Retry-After, seconds or a date, which counts from the answer's own Date. It returns 0 if there is none,
// and at most an hour.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxWait)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		from = time.Now()
	}
	return max(0, min(until.Sub(from), maxWait))
}
