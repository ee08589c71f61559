// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	fewConns  = 8
	syncFile  = 16 << 20 // bytes, preallocated: a sync of a file that grows writes the file's metadata too
	syncCount = 300      // before and after each round
)

// row3 holds the time to an acknowledgement against the time that the disk itself takes to make as many bytes durable.
func (b *bench) row3(ctx context.Context) (err error) {
	t, err := b.startTwin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	if _, err := t.load(fewConns, b.warmUp).run(ctx); err != nil {
		return err
	}
	var ratios, acks, syncs []float64
	err = b.eachRound(ctx, func() error {
		ack, sync, err := b.ackAndSync(ctx, t)
		ratios = append(ratios, float64(ack)/float64(sync))
		acks, syncs = append(acks, milliseconds(ack)), append(syncs, milliseconds(sync))
		return err
	})
	b.add(figure{Row: "3", What: "ack p50 at 8 connections ÷ the disk's fdatasync p50", Values: ratios, Bound: atMost(6, 4)})
	b.detail("3", "ack p50 at 8 connections", "ms", acks)
	b.detail("3", "fdatasync p50 of one event", "ms", syncs)
	return err
}

// ackAndSync measures the disk before and after, since its pace drifts.
func (b *bench) ackAndSync(ctx context.Context, t *twin) (ack, sync time.Duration, err error) {
	before, err := b.syncTimes()
	if err != nil {
		return 0, 0, err
	}
	o, err := t.load(fewConns, b.spell).run(ctx)
	if err != nil {
		return 0, 0, err
	}
	if o.others() > 0 {
		return 0, 0, fmt.Errorf("callbacks acknowledged, refused, failed: %v", o.answers)
	}
	after, err := b.syncTimes()
	return quantile(o.times, 0.5), quantile(append(before, after...), 0.5), err
}

// syncTimes appends to a file, one event's record at a time, as the journal does, and syncs each.
func (b *bench) syncTimes() (times []time.Duration, err error) {
	f, err := os.Create(filepath.Join(b.work, "sync"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := errors.Join(fileutil.Preallocate(f, syncFile, true), f.Sync()); err != nil {
		return nil, err
	}
	record := make([]byte, recordBytes())
	for i := range syncCount {
		start := time.Now()
		if _, err := f.WriteAt(record, int64(i*len(record))); err != nil {
			return nil, err
		}
		if err := fileutil.Fdatasync(f); err != nil {
			return nil, err
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

// recordBytes is the size of one callback of the load in the journal: the event and 24 bytes, in units of 8.
func recordBytes() int { return (len(event.Append(nil, loadEvent(1, anyEventTime))) + 24 + 7) / 8 * 8 }

// loadEvent is what the receiver makes of a callback of the load.
func loadEvent(group int, eventTime int64) event.Event {
	change := event.Change{Time: eventTime, Command: "Group.CallbackAfterGroupInfoChanged", Operator: "leckie", Platform: platform, Source: event.Callback}
	return event.Event{Key: event.Key{Namespace: receiverNamespace, App: appName, GroupID: groupID(group)}, SDKAppID: sdkAppID,
		Received: time.Now(), Count: 1, State: event.NewState(event.Changed, change,
			[]event.Value{{Field: event.Type, Value: "Public"}, {Field: event.Notification, Value: notice(eventTime)}})}
}
