// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// callbackTimeout is how long Tencent waits for an answer.
const callbackTimeout = 2 * time.Second

// impatient is the client that behaves like Tencent's: 2 s in all, no redirects.
var impatient = &http.Client{
	Timeout:       callbackTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Sender sends callbacks of one application to one URL. It may be used concurrently.
type Sender struct {
	URL      string // without a query: Tencent appends its own
	SDKAppID int64
	Token    string           // signs; "" sends without Sign and RequestTime, as when authentication is off
	Client   *http.Client     // default: one that waits 2 s and follows no redirects, as Tencent does
	Now      func() time.Time // default: time.Now
}

// Reply is the answer to a callback.
type Reply struct {
	HTTPStatus   int    `json:"-"`
	ActionStatus string `json:"ActionStatus"`
	ErrorInfo    string `json:"ErrorInfo"`
	ErrorCode    int    `json:"ErrorCode"`

	Header http.Header `json:"-"`
	Raw    []byte      `json:"-"`
}

// OK reports whether Tencent would count the answer as a success.
func (r Reply) OK() bool {
	return r.HTTPStatus == http.StatusOK && r.ActionStatus == "OK" && r.ErrorCode == 0
}

// Sign is the signature of a callback: the lower-case hex SHA-256 of the token and the request time in seconds.
func Sign(token, requestTime string) string {
	sum := sha256.Sum256([]byte(token + requestTime))
	return hex.EncodeToString(sum[:])
}

// Send sends one callback and returns the answer. The body is sent as it is if it is []byte, else as compact JSON.
// An answer that is not JSON, which Tencent counts as a failure, is returned with an error.
func (s *Sender) Send(ctx context.Context, body any, options ...Option) (Reply, error) {
	request, err := s.Request(ctx, body, options...)
	if err != nil {
		return Reply{}, err
	}
	response, err := cmp.Or(s.Client, impatient).Do(request)
	if err != nil {
		return Reply{}, err
	}
	defer response.Body.Close()
	return readReply(response)
}

// Request builds the request that Send sends.
func (s *Sender) Request(ctx context.Context, body any, options ...Option) (*http.Request, error) {
	text, err := Encode(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	request.URL.RawQuery = s.query(text, options)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

func readReply(response *http.Response) (Reply, error) {
	reply := Reply{HTTPStatus: response.StatusCode, Header: response.Header}
	var err error
	if reply.Raw, err = io.ReadAll(response.Body); err != nil {
		return reply, err
	}
	if err := json.Unmarshal(reply.Raw, &reply); err != nil {
		return reply, fmt.Errorf("the answer (HTTP %d, %q) is not JSON: %w", reply.HTTPStatus, reply.Raw, err)
	}
	return reply, nil
}

// Encode writes a body as captured traffic has it: one line, keys of maps in alphabetical order, no character
// escaped that need not be. Bytes stay as they are.
func Encode(body any) ([]byte, error) {
	if raw, ok := body.([]byte); ok {
		return raw, nil
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
