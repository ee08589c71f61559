// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// eventTime reads EventTime, milliseconds since the Unix epoch: a number in captured traffic, a string in some of
// Tencent's samples, absent in callbacks documented before 2023. What is no number becomes the time of receipt. So does
// one that cannot be right (clamped): before 1973 it is in seconds, as in other products' callbacks, and the change
// would never show; one too far ahead would win over every real change until then.
func eventTime(text string, received time.Time) (ms int64, clamped bool) {
	now := received.UnixMilli()
	t, isNumber := milliseconds(strings.TrimSpace(text))
	if !isNumber {
		return now, false
	}
	if t < minEventTime || t > now+maxFuture.Milliseconds() {
		return now, true
	}
	return t, false
}

// milliseconds reads a decimal number without its fraction; one that is too great becomes the greatest.
func milliseconds(s string) (ms int64, isNumber bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	if strings.Trim(s, "0123456789+-.eE") != "" { // no words, no hexadecimals: ParseFloat takes Inf and 0x1p3
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return int64(min(max(f, 0), math.MaxInt64/2)), true
}
