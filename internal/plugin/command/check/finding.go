// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// What a check can come to.
const (
	ok      = "ok"
	warning = "warning"
	failure = "failed"
	unknown = "unknown" // such as for want of rights
)

// finding is the result of one check of one thing.
type finding struct {
	Check   string `json:"check"`
	Of      string `json:"of"`
	Result  string `json:"result"`
	Message string `json:"message"`
}

func (f finding) with(result, format string, args ...any) finding {
	f.Result, f.Message = result, fmt.Sprintf(format, args...)
	return f
}

// unread is what cannot be checked, which is a failure only if it is not for want of rights.
func (f finding) unread(err error) finding {
	if apierrors.IsForbidden(err) {
		return f.with(unknown, "you have no right to read it")
	}
	return f.with(failure, "%v", err)
}

// failed counts what must be seen to.
func failed(all []finding) (n int) {
	for _, f := range all {
		if f.Result == failure {
			n++
		}
	}
	return n
}
