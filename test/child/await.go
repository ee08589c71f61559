// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// answerTimeout bounds one request of AnswersOK.
const answerTimeout = 5 * time.Second

// Await polls until a check returns no error. It gives up after a limit, when the context ends, and when the process ends;
// a nil process never does.
func Await(ctx context.Context, p *Process, what string, limit, every time.Duration, check func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last error
	for {
		err := check(limited)
		switch {
		case err == nil:
			return nil
		case last == nil || limited.Err() == nil: // else it says only that the time is over
			last = err
		}
		select {
		case <-tick.C:
		case <-p.Done():
			return p.Err()
		case <-limited.Done():
			return fmt.Errorf("waiting up to %s for %s: %w (last: %w)", limit, what, limited.Err(), last)
		}
	}
}

// AnswersOK is a check for Await: a page is answered with 200.
func AnswersOK(client *http.Client, url string) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, answerTimeout)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			text, err := io.ReadAll(io.LimitReader(response.Body, 1024))
			return errors.Join(fmt.Errorf("%s: %s: %s", url, response.Status, text), err)
		}
		return nil
	}
}
