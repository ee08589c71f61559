// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// counters count requests by command.
type counters struct {
	mu    sync.Mutex
	calls map[string]int
}

func (c *counters) add(command string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[command]++
}

// Calls returns how many requests there were for a command, such as get_group_info, whatever the answer.
func (c *Cloud) Calls(command string) int {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	return c.calls.calls[command]
}

// rates hold the documented frequency of each command.
type rates struct {
	now func() time.Time

	mu    sync.Mutex
	limit map[string]*rate.Limiter
}

// allow counts a request and reports whether it is within the rate of its command.
func (r *rates) allow(command string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit == nil {
		r.limit = map[string]*rate.Limiter{commandList: rate.NewLimiter(1, 1)}
	}
	if r.limit[command] == nil {
		r.limit[command] = rate.NewLimiter(callsASecond, callsASecond)
	}
	if r.limit[command].AllowN(r.now(), 1) {
		return nil
	}
	if command == commandList {
		return failure(CodeListFrequency, "one call a second")
	}
	return failure(CodeFrequency, "too many calls")
}
