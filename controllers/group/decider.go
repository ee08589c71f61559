// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// decider reads what is known of a group and decides. What the cache alone says drops nothing: after a grace period the API
// server is asked once, and while it cannot be reached the event stays pending.
type decider struct {
	reader    reader
	inventory *inventory.Inventory
	grace     *gracePeriods
	now       func() time.Time
}

// decide returns a verdict that is to be done. A creation has a place in the inventory.
func (d decider) decide(ctx context.Context, key event.Key, t told) (known, verdict, error) {
	k, v, err := d.by(ctx, d.reader.cached, key, t)
	if err != nil || t.observed {
		return k, v, err
	}
	if !v.ask {
		d.grace.end(key)
		return k, v, nil
	}
	if left := d.grace.left(key, v.reason, v.grace, d.now()); left > 0 {
		v.do, v.after = hold, left
		return k, v, nil
	}
	if k, v, err = d.by(ctx, d.reader.live, key, t); err == nil {
		d.grace.end(key)
	}
	return k, v, err
}

type read func(context.Context, event.Key) (known, error)

func (d decider) by(ctx context.Context, read read, key event.Key, t told) (known, verdict, error) {
	k, err := read(ctx, key)
	if err != nil {
		return k, verdict{}, err
	}
	name := types.NamespacedName{Namespace: key.Namespace, Name: groupstatus.Name(key.App, key.GroupID)}
	reserved := k.app != nil && len(k.groups) == 0 && !t.isLook()
	if reserved {
		k.room = d.inventory.Reserve(name, key.App, policy.Of(k.app).MaxCount)
	}
	v := decide(k, t, d.now())
	if reserved && k.room && v.do != create {
		d.inventory.Release(name, key.App)
	}
	return k, v, nil
}
