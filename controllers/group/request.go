// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import "github.com/imgroup-operator/imgroup-operator/internal/event"

// Kind is what a request asks of group sync.
type Kind uint8

// The kinds of requests.
const (
	Group   Kind = iota // look at one group
	Sweep               // look at all IMGroups: those that a new leader has work with
	Recover             // find the end of an outage and wake all that is pending
)

// Request is one entry of group sync's queue.
type Request struct {
	Kind Kind
	Key  event.Key // of the group
}

// Of asks for a look at one group.
func Of(key event.Key) Request { return Request{Key: key} }
