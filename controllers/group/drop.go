// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"fmt"

	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// dropped ends the way of pending events that will not be written: counted under a reason, and set aside in a file
// when somebody must look at them. Any other error of a write means that it may succeed later.
type dropped struct {
	reason   string // a value of metrics' drop reasons
	setAside bool
	cause    error // what the API server said, if anything
}

func (d *dropped) Error() string { return fmt.Sprintf("dropped (%s): %v", d.reason, d.cause) }
func (d *dropped) Unwrap() error { return d.cause }

// refusal tells what an error of a write means: nil stays nil, an error that may pass stays as it is, and one that
// cannot becomes a *dropped.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case kube.IsNamespaceGone(err):
		return &dropped{reason: metrics.DropNamespaceGone, cause: err}
	case kube.IsPermanent(err):
		return &dropped{reason: metrics.DropRejected, setAside: true, cause: err}
	}
	return err
}
