// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

// The one application that all callbacks are from.
const (
	appName  = "chat"
	sdkAppID = 1400000000
	token    = "a-token-of-a-usual-length-0123456789"
	platform = "Web"
)

// groupID is the id of the nth group; all have the same length.
func groupID(n int) string { return fmt.Sprintf("@TGS#%s%07d", groupPrefix, n) }

const groupPrefix = "GROUP"

// eventClock gives event times, in milliseconds. It only grows, by one from callback to callback, so that the newest
// change of a group is known; it starts a day back, since times ahead of the clock on the wall are not taken.
var eventClock atomic.Int64

func init() { eventClock.Store(time.Now().Add(-24 * time.Hour).UnixMilli()) }

func nextEventTime() int64 { return eventClock.Add(1) }
