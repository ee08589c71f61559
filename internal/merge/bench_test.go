// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package merge_test

import (
	"fmt"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// joined keeps the compiler from leaving out the work.
var joined event.State

// BenchmarkJoin joins one event with the state of a group, as it happens per callback.
func BenchmarkJoin(b *testing.B) {
	group := fullGroup(10)
	for _, bench := range []struct {
		name  string
		event event.State
	}{
		{"duplicate", changeAt(100)},
		{"late", changeAt(50)},
		{"newer", changeAt(200)},
		{"destroy", event.NewState(event.Disbanded, event.Change{Time: 200, Source: event.Callback}, nil)},
		{"new-epoch", event.NewState(event.Created, event.Change{Time: 200, Source: event.Callback}, []event.Value{{Field: event.Name, Value: "new"}})},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				joined = merge.Join(group, bench.event)
			}
		})
	}
}

// BenchmarkJoinBurst folds 100 changes of one group into one state.
func BenchmarkJoinBurst(b *testing.B) {
	events := make([]event.State, 100)
	for i := range events {
		events[i] = changeAt(int64(200 + i))
	}
	b.ReportAllocs()
	for b.Loop() {
		joined = event.State{}
		for _, e := range events {
			joined = merge.Join(joined, e)
		}
	}
}

func changeAt(time int64) event.State {
	return event.NewState(event.Changed, event.Change{Time: time, Command: "Group.CallbackAfterGroupInfoChanged", Source: event.Callback},
		[]event.Value{{Field: event.Type, Value: "Public"}, {Field: event.Notification, Value: fmt.Sprintf("Maintenance at %d", time)}})
}

// fullGroup has every text, an owner, the given number of custom fields, and clocks: changed last at 100.
func fullGroup(custom int) event.State {
	values := []event.Value{
		{Field: event.Name, Value: "ops"}, {Field: event.Introduction, Value: "On-call coordination"},
		{Field: event.FaceURL, Value: "https://cdn.example.com/face/ops.png"}, {Field: event.Owner, Value: "leckie"},
	}
	for i := range custom {
		values = append(values, event.Value{Field: fmt.Sprintf("%s%02d", event.CustomPrefix, i), Value: "v"})
	}
	created := event.NewState(event.Created, event.Change{Time: 10, Source: event.Callback}, values)
	return merge.Join(created, changeAt(100))
}
