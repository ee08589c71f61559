// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"fmt"
	"time"
)

// Fault is the common part of all errors of a call. Its text consists of fixed words.
type Fault struct {
	Command string // such as get_group_info; empty if nothing was sent
	Code    int    // Tencent's ErrorCode, below 0 if it was no number; 0: there was none
	Status  int    // the HTTP status if it was not 200, else 0
	Words   string // what is wrong, and what to do about it if anything
}

// Error is one line.
func (f Fault) Error() string {
	s := f.Words
	if f.Command != "" {
		s = f.Command + ": " + s
	}
	switch {
	case f.Code > 0:
		return fmt.Sprintf("%s (Tencent's error %d)", s, f.Code)
	case f.Status != 0:
		return fmt.Sprintf("%s (HTTP %d)", s, f.Status)
	}
	return s
}

// ConfigurationError means that a person must change something: the key, the administrator, the region, the console's
// settings. Retrying does not help.
type ConfigurationError struct{ Fault }

// BackOffError means that too much was requested. The client does not retry by itself.
type BackOffError struct {
	Fault
	Wait time.Duration // the least time to wait, above 0 and at most an hour
}

// UnavailableError means that the network or the server failed, or that the answer is not one of the REST API's.
// The client has used up its retries.
type UnavailableError struct{ Fault }

// RequestError means that the server found the request malformed: a fault of the operator.
type RequestError struct{ Fault }

// sizeError means that one of the groups asked for, or their number, is the problem: fewer of them may succeed.
type sizeError struct{ Fault }

func unavailable(command, words string) error {
	return &UnavailableError{Fault{Command: command, Words: words}}
}

func misconfigured(words string) error { return &ConfigurationError{Fault{Words: words}} }
