// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
)

// await asks again and again until a check holds. While the API server is away it goes on; any other error ends it.
func (p *plugin) await(ctx context.Context, every, timeout time.Duration, check func(context.Context) (bool, error)) error {
	told := false
	err := wait.PollUntilContextTimeout(ctx, every, timeout, true, func(ctx context.Context) (bool, error) {
		done, err := check(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return false, ctx.Err()
		case err == nil || !isAway(err):
			return done, err
		}
		if !told {
			p.note("The API server is away (%v); trying again.", err)
		}
		told = true
		return false, nil
	})
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// isLate tells whether await ended because of its timeout.
func isLate(err error) bool { return wait.Interrupted(err) && !errors.Is(err, context.Canceled) }

// isAway tells whether nobody answered, or somebody who may serve soon.
func isAway(err error) bool {
	var own *exitError
	var answer apierrors.APIStatus
	if errors.As(err, &own) {
		return false
	}
	return !errors.As(err, &answer) || apierrors.IsServiceUnavailable(err) || apierrors.IsServerTimeout(err) ||
		apierrors.IsTooManyRequests(err) || apierrors.IsTimeout(err)
}

// known is a text, told from one that is not known and one that is empty.
func known(s *string) string {
	switch {
	case s == nil:
		return "-"
	case *s == "":
		return `""`
	}
	return *s
}

// isExpired tells whether a watch cannot go on from where it was: that is too old, or newer than all that an API server
// knows which was set back.
func isExpired(err error) bool {
	return apierrors.IsResourceExpired(err) || apierrors.IsGone(err) || apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge)
}
