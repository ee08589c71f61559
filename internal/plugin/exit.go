// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
)

// Exit codes, a contract with scripts.
const (
	ExitOK          = 0
	ExitError       = 1   // the cluster, the network, missing rights, an object that does not exist
	ExitUsage       = 2   // the command line
	ExitRefused     = 3   // the operator or Tencent said no
	ExitTimedOut    = 4   // what was waited for did not come true in time
	ExitInterrupted = 130 // Ctrl-C, while something was waited for
)

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// errInterrupted is what Ctrl-C makes of a wait. Only JSON says it: whoever pressed the keys knows.
var errInterrupted = errors.New("interrupted while waiting")

func failure(code int, format string, args ...any) error {
	return &exitError{code: code, err: fmt.Errorf(format, args...)}
}

func usage(format string, args ...any) error   { return failure(ExitUsage, format, args...) }
func refused(format string, args ...any) error { return failure(ExitRefused, format, args...) }
func late(format string, args ...any) error    { return failure(ExitTimedOut, format, args...) }

// exitCode is the code of an error.
func exitCode(err error) int {
	var own *exitError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &own):
		return own.code
	case errors.Is(err, context.Canceled), errors.Is(err, errInterrupted):
		return ExitInterrupted
	}
	return ExitError
}

// explain adds to an error of the API server what to do about it.
func explain(err error) error {
	var status apierrors.APIStatus
	switch {
	case meta.IsNoMatchError(err), errors.As(err, &status) && apierrors.IsNotFound(err) && isUnknownKind(status):
		return fmt.Errorf("this cluster does not know IMApps and IMGroups: the CRDs of imgroup-operator are not installed (%w)", err)
	}
	return err
}

// isUnknownKind tells a kind that the server does not serve from an object that does not exist.
func isUnknownKind(s apierrors.APIStatus) bool {
	details := s.Status().Details
	return details == nil || details.Name == ""
}
