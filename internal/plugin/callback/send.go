// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package callback

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	// Patience is how long Tencent waits for an answer.
	Patience = 2 * time.Second
	// maxAnswer bounds what is read of an answer, in bytes; those of the operator have a hundred.
	maxAnswer = 64 << 10
)

// Sender sends callbacks of one application.
type Sender struct {
	Client   *http.Client // follows no redirects, as Tencent does
	URL      string       // without a query
	SDKAppID int64
	Token    string // "": unsigned
	Now      func() time.Time
}

// Answer is what came back.
type Answer struct {
	HTTPStatus   int           `json:"httpStatus"`
	ActionStatus string        `json:"actionStatus"`
	ErrorCode    int           `json:"errorCode"`
	ErrorInfo    string        `json:"errorInfo"`
	Duration     time.Duration `json:"-"`
	Foreign      bool          `json:"-"` // not the answer of the operator, nor of anything that speaks its protocol
}

// OK reports whether Tencent would take the answer for a success.
func (a Answer) OK() bool {
	return !a.Foreign && a.HTTPStatus == http.StatusOK && a.ActionStatus == "OK" && a.ErrorCode == 0
}

// Send sends one callback. No error holds the query, of which the signature is a part.
func (s *Sender) Send(ctx context.Context, c *Callback) (Answer, error) {
	body, err := c.Body()
	if err != nil {
		return Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	request.URL.RawQuery = c.query(s.SDKAppID, s.Token, s.Now())
	request.Header.Set("Content-Type", "application/json")
	start := time.Now()
	response, err := s.Client.Do(request)
	if err != nil {
		return Answer{}, s.withoutQuery(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return Answer{}, fmt.Errorf("reading the answer of %s: %w", s.URL, s.withoutQuery(err))
	}
	a := read(text)
	a.HTTPStatus, a.Duration = response.StatusCode, time.Since(start)
	return a, nil
}

// withoutQuery takes the URL with the signature out of an error.
func (s *Sender) withoutQuery(err error) error {
	var inURL *url.Error
	if errors.As(err, &inURL) {
		return fmt.Errorf("sending to %s: %w", s.URL, inURL.Err)
	}
	return err
}

func read(text []byte) Answer {
	var a struct {
		ActionStatus *string
		ErrorCode    int
		ErrorInfo    string
	}
	if err := json.Unmarshal(text, &a); err != nil || a.ActionStatus == nil {
		return Answer{Foreign: true}
	}
	return Answer{ActionStatus: *a.ActionStatus, ErrorCode: a.ErrorCode, ErrorInfo: a.ErrorInfo}
}
