// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"sync"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

// flight counts the requests in flight, in all and by app.
type flight struct {
	max, maxPerApp int

	mu    sync.Mutex
	total int
	byApp map[apps.Key]int
}

func newFlight(l limits) *flight {
	return &flight{max: l.inFlight, maxPerApp: l.perApp, byApp: map[apps.Key]int{}}
}

// enter takes a place, which leave gives back, or says why there is none.
func (f *flight) enter(app apps.Key) outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.total >= f.max:
		return busy
	case f.byApp[app] >= f.maxPerApp:
		return appBusy
	}
	f.total++
	f.byApp[app]++
	return proceed
}

// leave forgets apps without requests, so that deleted ones take no memory.
func (f *flight) leave(app apps.Key) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.total--
	if f.byApp[app]--; f.byApp[app] == 0 {
		delete(f.byApp, app)
	}
}
