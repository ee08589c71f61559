// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAWindowTakesNoMoreThanItHolds(t *testing.T) {
	full := func() window {
		w := make(window, 2)
		w <- struct{}{}
		w <- struct{}{}
		return w
	}
	errOther := errors.New("no longer wanted")
	for why, c := range map[string]struct {
		meanwhile func(w window, end context.CancelCauseFunc)
		after     time.Duration
		want      error
	}{
		"a place comes free":  {func(w window, _ context.CancelCauseFunc) { w.leave() }, time.Minute, nil},
		"no place comes free": {func(window, context.CancelCauseFunc) {}, stallTimeout, errStalled},
		"the run is over":     {func(_ window, end context.CancelCauseFunc) { end(errOther) }, time.Minute, errOther},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, end := context.WithCancelCause(t.Context())
			defer end(nil)
			w, start := full(), time.Now()
			time.AfterFunc(time.Minute, func() { c.meanwhile(w, end) })
			if err := w.enter(ctx); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", why, err, c.want)
			}
			if took := time.Since(start); took != c.after {
				t.Errorf("%s: it took %s, want %s", why, took, c.after)
			}
		})
	}
}

func TestAWindowIsDrainedWhenAllHaveLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, start := make(window, 3), time.Now()
		for i := range 3 {
			if err := w.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(time.Duration(i+1)*time.Minute, w.leave)
		}
		if err := w.drain(t.Context()); err != nil || time.Since(start) != 3*time.Minute {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}
