// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	// patience until something must have come true that has no time of its own; generous for slow machines.
	patience = 90 * time.Second
	// pollEvery is short against what is awaited, and leaves the processor to it.
	pollEvery = 50 * time.Millisecond
)

// eventually waits until a check has no error.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	within(t, patience, what, check)
}

// within waits until a check has no error and fails after a time that is part of the contract.
func within(t *testing.T, limit time.Duration, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s: %v", what, limit, err)
		case <-poll.C:
		}
	}
}

// during does something again and again for a time. A check that something does not happen must look for a while;
// where there is an end to wait for, tests wait for that instead.
func during(t *testing.T, length, every time.Duration, do func()) {
	t.Helper()
	end := time.NewTimer(length)
	defer end.Stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		do()
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-end.C:
			return
		case <-tick.C:
		}
	}
}

// get reads a page of the operator.
func get(url string) (status int, body string, err error) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

func isOK(url string) error {
	status, body, err := get(url)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %s", status, body)
	}
	return err
}

// differs says how two values differ.
func differs(want, got any) error {
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("(-want +got):\n%s", diff)
	}
	return nil
}

// errNotYet is for checks that have no more to say.
var errNotYet = errors.New("not yet")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
