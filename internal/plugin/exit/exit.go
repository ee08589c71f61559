// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package exit is how commands fail: errors with an exit code of their own.
package exit

import (
	"context"
	"errors"
	"fmt"
)

// Exit codes, a contract with scripts.
const (
	CodeOK          = 0
	CodeError       = 1   // the cluster, the network, missing rights, an object that does not exist
	CodeUsage       = 2   // the command line
	CodeRefused     = 3   // the operator or Tencent said no
	CodeTimedOut    = 4   // what was waited for did not come true in time
	CodeInterrupted = 130 // Ctrl-C, while something was waited for
)

// Error is an error with an exit code of its own.
type Error struct {
	code int
	err  error
}

func (e *Error) Error() string { return e.err.Error() }
func (e *Error) Unwrap() error { return e.err }

// ErrInterrupted is what Ctrl-C makes of a wait. Only JSON says it: whoever pressed the keys knows.
var ErrInterrupted = errors.New("interrupted while waiting")

// Usage is an error in the command line.
func Usage(format string, args ...any) error {
	return &Error{CodeUsage, fmt.Errorf(format, args...)}
}

// Refused says that the operator or Tencent refused.
func Refused(format string, args ...any) error {
	return &Error{CodeRefused, fmt.Errorf(format, args...)}
}

// TimedOut says that what was waited for did not come true in time.
func TimedOut(format string, args ...any) error {
	return &Error{CodeTimedOut, fmt.Errorf(format, args...)}
}

// Code is the exit code of an error.
func Code(err error) int {
	var own *Error
	switch {
	case err == nil:
		return CodeOK
	case errors.As(err, &own):
		return own.code
	case errors.Is(err, context.Canceled), errors.Is(err, ErrInterrupted):
		return CodeInterrupted
	}
	return CodeError
}
