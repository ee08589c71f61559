// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"strconv"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// parseTime reads a time in one of three ways.
func parseTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return now.Truncate(time.Millisecond), nil
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 {
		return time.UnixMilli(ms), nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		return now.Add(d).Truncate(time.Millisecond), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil && t.UnixMilli() > 0 {
		return t.Truncate(time.Millisecond), nil
	}
	return time.Time{}, exit.Usage("--event-time %q is not a time like 2026-11-23T06:27:25.123Z, milliseconds since 1970, or from now like -5m", s)
}
