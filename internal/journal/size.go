// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"math/bits"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// encodedSize is len(event.Append(nil, e)) without the work; a test compares the two.
func encodedSize(e event.Event) int {
	n := stringSize(e.Key.Namespace) + stringSize(e.Key.App) + stringSize(e.Key.GroupID)
	n += varintSize(e.SDKAppID) + varintSize(e.Received.UnixNano()) + uvarintSize(uint64(max(e.Count, 1)))
	c := e.State.Last
	n += varintSize(c.Time) + stringSize(c.Command) + stringSize(c.Operator) + stringSize(c.Platform)
	n += uvarintSize(uint64(len(c.Fields))) + 1
	for _, f := range c.Fields {
		n += stringSize(f)
	}
	n += uvarintSize(uint64(len(e.State.Registers)))
	for _, r := range e.State.Registers {
		n += stringSize(r.Field) + varintSize(r.Time) + stringSize(r.Value)
	}
	return n
}

func stringSize(s string) int { return uvarintSize(uint64(len(s))) + len(s) }

func varintSize(v int64) int { return uvarintSize(uint64(v<<1) ^ uint64(v>>63)) }

func uvarintSize(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
