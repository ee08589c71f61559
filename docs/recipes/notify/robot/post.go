// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

func (r *Robot) post(ctx context.Context, text string) error {
	request, err := r.request(ctx, text)
	if err != nil {
		return err
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return &laterError{what: fmt.Sprintf("no answer: %v", withoutURL(err))}
	}
	defer answer.Body.Close()
	return r.service.check(answer)
}

func (r *Robot) request(ctx context.Context, text string) (*http.Request, error) {
	webhook, err := r.webhook()
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(webhook.URL)
	if err != nil || to.Host == "" || to.Scheme != "https" && !isLoopback(to) {
		return nil, errors.New("the webhook is not an https URL")
	}
	body, err := json.Marshal(r.service.message(to, webhook.Secret, text))
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the webhook is not a URL for requests") // the error quotes it
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	return request, nil
}

// isLoopback lets a relay beside the program have the secret in plain text, and nobody else.
func isLoopback(to *url.URL) bool {
	return to.Scheme == "http" && net.ParseIP(to.Hostname()).IsLoopback()
}

// withoutURL is the reason alone: the error of a client begins with the URL.
func withoutURL(err error) error {
	if outer, is := errors.AsType[*url.Error](err); is {
		return outer.Err
	}
	return err
}
