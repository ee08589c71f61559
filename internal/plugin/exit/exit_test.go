// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package exit

import (
	"context"
	"errors"
	"testing"
)

func TestCode(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, 0}, {errors.New("a"), 1}, {Usage("a"), 2}, {Refused("a"), 3}, {TimedOut("a"), 4}, {ErrInterrupted, 130}, {context.Canceled, 130},
		{errors.Join(errors.New("a"), Refused("b")), 3},
	} {
		if got := Code(test.err); got != test.want {
			t.Errorf("%v: %d, want %d", test.err, got, test.want)
		}
	}
}
