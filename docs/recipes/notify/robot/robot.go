// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package robot posts plain text to incoming webhooks of chats (Feishu, WeCom, DingTalk, Slack) as their documents ask for
// it: signed, escaped, and no faster than they take it.
package robot

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	timeout  = 10 * time.Second // of a request
	maxPause = 5 * time.Minute  // between attempts, unless the service asks for more
)

// Webhook is where a Robot posts. All of it is secret: whoever has it can post too.
type Webhook struct {
	URL    string
	Secret string // signs the messages; empty if the webhook does not ask for a signature
}

// Robot posts to one webhook, for one caller.
type Robot struct {
	service  service
	webhook  func() (Webhook, error)
	client   http.Client
	next     time.Time // when it may post
	refusals int       // consecutive ones that mean later
}

// New returns a Robot. The webhook is read for each message, so that a new one counts at once.
func New(kind Kind, transport http.RoundTripper, webhook func() (Webhook, error)) *Robot {
	s := services[kind]
	client := http.Client{Transport: transport, Timeout: timeout, CheckRedirect: stay}
	return &Robot{service: s, webhook: webhook, client: client, next: time.Now().Add(s.gap)} // who knows what was posted before the start
}

// stay follows no redirect: the message and the signature are for the one host.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Wait waits until the service takes a message.
func (r *Robot) Wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(r.next))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Post sends a message, after Wait. No error holds anything of the webhook or of what the service says.
func (r *Robot) Post(ctx context.Context, lines []string) error {
	err := r.post(ctx, fit(r.service.escape, lines))
	r.next = time.Now().Add(r.pause(err))
	return err
}

// pause is how long to wait after a message: the gap, or longer and longer while the service says later.
func (r *Robot) pause(err error) time.Duration {
	later, is := errors.AsType[*laterError](err)
	if !is {
		r.refusals = 0
		return r.service.gap
	}
	r.refusals = min(r.refusals+1, 10)
	return max(r.service.gap, later.after, min(time.Second<<r.refusals, maxPause))
}
