// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"context"
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

// follower shows what changes. A reflector tells it of each change, and waits until it is shown: a reader that stands
// still fills no memory. After a lost connection the reflector lists again, and what differs is shown, once.
type follower struct {
	*cli.Env
	cluster   *cluster.Cluster
	namespace string // "": all
	names     []string
	show      func([]changes.Change) error
	shown     states

	end     context.CancelCauseFunc
	mu      sync.Mutex
	listed  bool // somebody was there
	away    bool
	refused time.Time // since when; zero: not
}
