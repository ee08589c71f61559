// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
)

func TestAFaultDecidesOnTheReasonAndTheWait(t *testing.T) {
	const backoff = 40 * time.Second
	for _, c := range []struct {
		why    string
		fault  error
		reason string
		wait   time.Duration
	}{
		{"the network", &imcloud.UnavailableError{}, imv1alpha1.ReasonResyncFailed, backoff},
		{"the API server", errors.New("etcd"), imv1alpha1.ReasonResyncFailed, backoff},
		{"no room", errStalled, imv1alpha1.ReasonResyncFailed, backoff},
		{"the rate, for long", &imcloud.BackOffError{Wait: time.Hour}, imv1alpha1.ReasonResyncFailed, time.Hour},
		{"the rate, for less than the back-off", &imcloud.BackOffError{Wait: time.Second}, imv1alpha1.ReasonResyncFailed, backoff},
		{"what a person must change", &imcloud.ConfigurationError{}, imv1alpha1.ReasonRequestRefused, configurationRetry},
		{"a fault of ours", &imcloud.RequestError{}, imv1alpha1.ReasonResyncFailed, configurationRetry},
		{"the Secret", &localFault{reason: imv1alpha1.ReasonSecretKeyMissing}, imv1alpha1.ReasonSecretKeyMissing, configurationRetry},
		{"the host", imcloud.ErrHostNotAllowed, imv1alpha1.ReasonHostNotAllowed, backoff},
	} {
		fault := fmt.Errorf("fetching: %w", c.fault)
		if reason, wait := reasonOf(fault), waitAfter(fault, backoff); reason != c.reason || wait != c.wait {
			t.Errorf("%s: %s, again in %s; want %s, %s", c.why, reason, wait, c.reason, c.wait)
		}
	}
}

func TestAPauseIsForWhatWasTried(t *testing.T) {
	now := time.Unix(1000, 0)
	p := pause{until: now.Add(time.Minute), cause: "this"}
	for _, c := range []struct {
		cause string
		after time.Duration
		want  bool
	}{{"this", 0, true}, {"this", time.Minute, false}, {"other", 0, false}} {
		if got := p.left(c.cause, now.Add(c.after)) > 0; got != c.want {
			t.Errorf("%s after %s: paused %t", c.cause, c.after, got)
		}
	}
	app := withREST()
	all := map[string]bool{}
	for _, version := range []string{"1", "2"} {
		for range 2 {
			app.Generation++
			all[causeOf(app, secretKey{version: version})] = true
		}
	}
	app.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: "now"}
	if all[causeOf(app, secretKey{version: "2"})] = true; len(all) != 5 {
		t.Errorf("%d causes, want another one for each spec, Secret and request", len(all))
	}
}

// Only a fault of who still leads, and still wants it, is one to report.
func TestAnInterruptionIsNoFault(t *testing.T) {
	over, end := context.WithCancel(t.Context())
	end()
	for _, c := range []struct {
		why   string
		ctx   context.Context
		fault error
		leads leads
		want  bool
	}{
		{"a fault", t.Context(), errStalled, true, false},
		{"a fault of a replica that does not lead any more", t.Context(), errStalled, false, true},
		{"the IMApp has changed", t.Context(), fmt.Errorf("writing: %w", errInterrupted), true, true},
		{"the process ends", over, errStalled, true, true},
	} {
		if got := New(Config{Leader: c.leads}).isInterruption(c.ctx, c.fault); got != c.want {
			t.Errorf("%s: interrupted %t", c.why, got)
		}
	}
}
