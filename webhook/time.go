// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// eventTime reads EventTime, milliseconds since the Unix epoch: a number in captured traffic, a string in some of
// Tencent's samples, absent in callbacks documented before 2023. What is no time becomes the time of receipt; so does
// one too far ahead (clamped), which would otherwise win over every real change until then.
func eventTime(raw []byte, received time.Time) (ms int64, clamped bool) {
	now := received.UnixMilli()
	t := milliseconds(raw)
	switch {
	case t <= 0:
		return now, false
	case t > now+maxFuture.Milliseconds():
		return now, true
	}
	return t, false
}

// milliseconds reads a decimal number or a string that holds one, without its fraction. It gives 0 for what is no
// number and the greatest number for what is greater.
func milliseconds(raw []byte) int64 {
	s, isText := text(raw)
	if !isText {
		s = string(raw)
	}
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if strings.Trim(s, "0123456789+-.eE") != "" { // no words, no hexadecimals: ParseFloat takes Inf and 0x1p3
		return 0
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case f >= math.MaxInt64: // with ErrRange too
		return math.MaxInt64
	case err != nil, f < 1:
		return 0
	}
	return int64(f)
}
