// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	slowClients = 600 // more than one app may have requests in flight
	fewClients  = 16
)

// slowAttacks last long enough for the operator's limits of 5 s to pass twice. Each client takes a connection.
var slowAttacks = map[string]attack{
	"headers":                {aim: slowHeaders, clients: slowClients, pause: time.Second, length: 12 * time.Second, memory: 96 * mebibyte},
	"bodies of strangers":    {aim: slowForgedBodies, clients: slowClients, pause: time.Second, length: 12 * time.Second, memory: 96 * mebibyte},
	"bodies, rightly signed": {aim: slowSignedBodies, clients: slowClients, pause: time.Second, length: 12 * time.Second, memory: 96 * mebibyte, refusal: "app_busy"},
	"nothing at all":         {aim: silence, clients: slowClients, pause: time.Second, length: 12 * time.Second, memory: 96 * mebibyte},
}

// quickAttacks pause, so that other tests beside them get on.
var quickAttacks = map[string]attack{
	"forged signatures":                         {aim: forgeries, clients: fewClients, pause: 10 * time.Millisecond, length: 6 * time.Second, memory: 96 * mebibyte},
	"large and deep bodies":                     {aim: largeBodies, clients: fewClients / 2, pause: 100 * time.Millisecond, length: 6 * time.Second, memory: 192 * mebibyte},
	"more streams on a connection than allowed": {aim: manyStreams, clients: 3, pause: time.Second, length: 6 * time.Second, tls: true, streams: allowedStreams, memory: 96 * mebibyte},
	"streams that are reset as they are opened": {aim: resetStreams, clients: 3, pause: 200 * time.Millisecond, length: 6 * time.Second, tls: true, streams: allowedStreams, memory: 96 * mebibyte},
}

func slowHeaders(_ *testing.T, x *target) func(context.Context) error {
	return func(ctx context.Context) error {
		return drip(ctx, x.address, "POST "+x.path+" HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	}
}

func slowForgedBodies(_ *testing.T, x *target) func(context.Context) error {
	return func(ctx context.Context) error { return dripBody(ctx, x, fakeim.WithSign(strings.Repeat("0", 64))) }
}

func slowSignedBodies(_ *testing.T, x *target) func(context.Context) error {
	return func(ctx context.Context) error { return dripBody(ctx, x) }
}

func silence(_ *testing.T, x *target) func(context.Context) error {
	return func(ctx context.Context) error { return drip(ctx, x.address, "") }
}

func forgeries(t *testing.T, x *target) func(context.Context) error {
	s := many(t, x.sender(x.namespace, "chat"), fewClients)
	return func(ctx context.Context) error {
		return refused(ctx, s, http.StatusForbidden, harmless, fakeim.WithSign(strings.Repeat("0", 64)))
	}
}

// largeBodies sends what is within the limits, which costs most, and what is beyond them, by turns.
func largeBodies(t *testing.T, x *target) func(context.Context) error {
	s := many(t, x.loud, fewClients)
	const limit = 16 << 20
	begin := `{"CallbackCommand":"` + fakeim.CommandInfoChanged + `","GroupId":"large","EventTime":1600000001000,"Notification":`
	text := func(size int) []byte { return []byte(begin + `"` + strings.Repeat("a", size-len(begin)-3) + `"}`) }
	deep := func(levels int) []byte {
		return []byte(begin + strings.Repeat("[", levels) + strings.Repeat("]", levels) + "}")
	}
	whole, tooLarge, tooDeep, deepest := text(limit), text(limit+1), deep(32), deep(500_000)
	return func(ctx context.Context) error {
		return errors.Join(answers(ctx, s, http.StatusOK, whole), answers(ctx, s, http.StatusBadRequest, tooDeep),
			answers(ctx, s, http.StatusBadRequest, deepest), answers(ctx, s, http.StatusRequestEntityTooLarge, tooLarge))
	}
}

// answers checks the status of an answer. Those who send too much, or too slowly, need not get one.
func answers(ctx context.Context, s *fakeim.Sender, status int, body []byte) error {
	reply, err := s.Send(ctx, body, fakeim.WithCommand(fakeim.CommandInfoChanged))
	if err != nil {
		return nil //nolint:nilerr // not answered
	}
	if reply.HTTPStatus != status {
		return fmt.Errorf("%d bytes are answered with HTTP %d, want %d", len(body), reply.HTTPStatus, status)
	}
	return nil
}
