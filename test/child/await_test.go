// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

var errNotYet = errors.New("not yet")

func TestAwaitLooksAgain(t *testing.T) {
	looks := 0
	err := child.Await(t.Context(), nil, "the third look", grace, time.Millisecond, func(context.Context) error {
		if looks++; looks < 3 {
			return errNotYet
		}
		return nil
	})
	if err != nil || looks != 3 {
		t.Errorf("%d looks: %v", looks, err)
	}
}

func TestAwaitNamesWhatWasMissing(t *testing.T) {
	first := true
	err := child.Await(t.Context(), nil, "a page", time.Millisecond, time.Hour, func(ctx context.Context) error {
		if first {
			first = false
			return errNotYet
		}
		return ctx.Err()
	})
	if !errors.Is(err, errNotYet) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "for a page") {
		t.Errorf("the error is %v", err)
	}
}

func TestAwaitEndsWithTheProcess(t *testing.T) {
	p, _ := start(t, "echo no room; exit 3")
	err := child.Await(t.Context(), p, "what never is", grace, time.Hour, func(context.Context) error { return errNotYet })
	if err == nil || !strings.Contains(err.Error(), "exit status 3\nno room") {
		t.Errorf("the error is %v, want how the process ended", err)
	}
}

func TestAnswersOKTellsTheAnswer(t *testing.T) {
	status := http.StatusServiceUnavailable
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte("journal: no space"))
	}))
	defer server.Close()
	check := child.AnswersOK(server.Client(), server.URL)
	if err := check(t.Context()); err == nil || !strings.Contains(err.Error(), "503 Service Unavailable: journal: no space") {
		t.Errorf("the error is %v", err)
	}
	status = http.StatusOK
	if err := check(t.Context()); err != nil {
		t.Error(err)
	}
}
