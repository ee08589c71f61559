// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestChangesAreCountedByIMAppWithinABound(t *testing.T) {
	_, m := gathered(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i := range MaxApps + 50 {
				m.Accepted("chat", fmt.Sprint("app-", i), 0)
			}
		})
	}
	wait.Wait()
	if n := testutil.CollectAndCount(m.CallbackChanges); n != MaxApps+1 {
		t.Errorf("there are %d series, want %d", n, MaxApps+1)
	}
	if n := testutil.ToFloat64(m.CallbackChanges.WithLabelValues(AppOther)); n != 4*50 {
		t.Errorf("%v changes of others, want %d", n, 4*50)
	}
}

func TestTheLagIsThatOfChangesWithATime(t *testing.T) {
	r, m := gathered(t)
	for _, lag := range []time.Duration{20 * time.Millisecond, time.Hour, -5 * time.Minute, 0} {
		m.Accepted("chat", "lobby", lag)
	}
	if n := testutil.ToFloat64(m.CallbackChanges.WithLabelValues("chat/lobby")); n != 4 {
		t.Errorf("%v changes, want 4", n)
	}
	const want = "imgroup_callback_event_lag_seconds_sum 3600.02\nimgroup_callback_event_lag_seconds_count 3\n"
	if text := page(r); !strings.Contains(text, want) {
		t.Errorf("the page has no\n%s", want)
	}
}
