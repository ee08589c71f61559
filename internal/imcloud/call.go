// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/time/rate"
)

// service is the path of the group commands, before the command's name.
const service = "/v4/group_open_http_svc/"

// call is one command.
type call struct {
	command string
	request any             // becomes a JSON object: Tencent takes no empty body
	rates   []*rate.Limiter // waited for before each attempt
	tries   int             // how many attempts there are
}

// answer is implemented by the answers of all commands: the code of their problem, or 0.
type answer interface{ problem() int }

// do makes a call. It retries after a pause if the network or the server failed, and once more with a new signature if the
// old one has expired. It returns the answer, or the error of the last attempt, and the server's time at the start of that
// attempt if it is known.
func do[A answer](ctx context.Context, c *Client, k call) (a A, began time.Time, err error) {
	body, err := json.Marshal(k.request)
	if err != nil {
		return a, began, &RequestError{Fault{Command: k.command, Words: wordsRequest}}
	}
	for t := (tries{}); ; {
		sig := c.sig.current()
		a, r, err := once[A](ctx, c, k, sig, body)
		if err == nil {
			return a, r.began, nil
		}
		if err := c.again(ctx, &t, k.tries, sig, err); err != nil {
			return a, r.began, err
		}
	}
}

// tries are what a call has behind it.
type tries struct {
	failed  int
	renewed bool
}

// again prepares the next attempt after one that failed. It returns an error, usually the same, if there is no next one.
func (c *Client) again(ctx context.Context, t *tries, most int, sig string, err error) error {
	if isExpired(err) && !t.renewed {
		t.renewed = true
		c.sig.renew(sig)
		return nil
	}
	if t.failed++; !isRetryable(err) || t.failed >= most {
		return err
	}
	return pause(ctx, t.failed)
}

// once makes one attempt.
func once[A answer](ctx context.Context, c *Client, k call, sig string, body []byte) (a A, r reply, err error) {
	if err := waitAll(ctx, k.rates); err != nil {
		return a, r, err
	}
	if r, err = c.send(ctx, k.command, sig, body); err != nil {
		return a, r, err
	}
	a, err = decode[A](k.command, r.body)
	return a, r, err
}

// decode reads an answer, before which a proxy may have put a byte order mark. Where it tells of a problem, that is the error.
func decode[A answer](command string, body []byte) (a A, err error) {
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &a) != nil {
		return a, unavailable(command, wordsAnswer)
	}
	if code := a.problem(); code != codeOK {
		return a, codeError(command, code)
	}
	return a, nil
}

func isRetryable(err error) bool {
	var u *UnavailableError
	return errors.As(err, &u)
}

func isExpired(err error) bool {
	var c *ConfigurationError
	return errors.As(err, &c) && c.Code == codeSigExpired
}
