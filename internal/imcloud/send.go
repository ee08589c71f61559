// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const wordsAnswer = "the answer is not one of Tencent's REST API"

// reply is an answer with HTTP status 200.
type reply struct {
	body  []byte
	began time.Time // the server's clock when the request began, or up to 2 s before
}

// send makes one request. The error holds nothing of the URL, which has the signature in it.
func (c *Client) send(ctx context.Context, command, sig string, body []byte) (reply, error) {
	attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(attempt, http.MethodPost, c.url(command, sig), bytes.NewReader(body))
	if err != nil {
		return reply{}, &RequestError{Fault{Command: command, Words: wordsRequest}}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "imgroup-operator")
	start := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return reply{}, connectionError(ctx, command, err)
	}
	defer response.Body.Close()
	return read(ctx, command, response, time.Since(start))
}

// url has the parameters that Tencent documents for every call ("RESTful API Overview").
func (c *Client) url(command, sig string) string {
	u := c.base
	u.Path = service + command
	u.RawQuery = url.Values{
		"sdkappid":    {strconv.FormatInt(c.sdkAppID, 10)},
		"identifier":  {c.admin},
		"usersig":     {sig},
		"random":      {strconv.FormatUint(uint64(random()), 10)},
		"contenttype": {"json"},
	}.Encode()
	return u.String()
}

// read reads an answer whose headers took roundTrip to arrive.
func read(ctx context.Context, command string, response *http.Response, roundTrip time.Duration) (reply, error) {
	if response.StatusCode != http.StatusOK {
		return reply{}, statusError(command, response)
	}
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return reply{}, unavailable(command, "the answer has no Date header; check the proxy if there is one")
	}
	if time.Until(date) > maxAhead {
		return reply{}, unavailable(command, "the server's clock is more than 5 minutes ahead of this machine's")
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes+1))
	switch {
	case err != nil:
		return reply{}, connectionError(ctx, command, err)
	case len(body) > maxAnswerBytes:
		return reply{}, unavailable(command, "the answer is too large; "+wordsAnswer)
	}
	return reply{body: body, began: date.Add(-roundTrip).Truncate(time.Second)}, nil
}
