// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// TestRandomUseAgainstAModel compares the journal with a map of all events that are not checkpointed.
func TestRandomUseAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "journal")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		o := Options{MaxBytes: MinBytes, MaxGroups: 100, Fold: fold, disk: quickDisk{}}
		j, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { j.Close() }()
		type given struct {
			upTo   uint64
			events int
		}
		model, out := map[event.Key][]event.Event{}, map[event.Key]given{}
		keys := rapid.Map(rapid.IntRange(0, 5), func(i int) event.Key { return groupKey(fmt.Sprint("app", i%2), i) })
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				key := keys.Draw(t, "key")
				text := rapid.StringMatching("[a-z]{0,5}").Draw(t, "name")
				for range rapid.IntRange(0, 8).Draw(t, "doublings") {
					text += text
				}
				ev := renamed(key, rapid.Int64Range(1, 50).Draw(t, "time"), text)
				if err := j.Append(t.Context(), ev); err != nil {
					t.Fatal(err)
				}
				model[key] = append(model[key], ev)
			},
			"pending": func(t *rapid.T) {
				key := keys.Draw(t, "key")
				_, upTo, _ := j.Pending(key)
				out[key] = given{upTo, len(model[key])}
			},
			"checkpoint": func(t *rapid.T) {
				key := keys.Draw(t, "key")
				if g, ok := out[key]; ok {
					_, now, _ := j.Pending(key)
					if now != g.upTo { // newer ones were given out since; then all of them stay
						return
					}
					j.Checkpoint(key, g.upTo)
					model[key] = model[key][g.events:]
					delete(out, key)
				}
			},
			"reopen": func(t *rapid.T) {
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				var err error
				if j, err = Open(dir, o); err != nil {
					t.Fatal(err)
				}
				clear(out)
			},
			"": func(t *rapid.T) {
				if d := j.Damage(); len(d) > 0 {
					t.Fatalf("damage %v", d)
				}
				compareWithModel(t, j, model)
				if use := files(dir); use > MinBytes+4096 {
					t.Fatalf("%d bytes on disk", use)
				}
			},
		})
	})
}

func compareWithModel(t *rapid.T, j *Journal, model map[event.Key][]event.Event) {
	pending := 0
	for key, events := range model {
		j.pending.mu.Lock()
		e := j.pending.entries[key]
		var got event.Event
		if e != nil {
			got = j.pending.all(e).ev
		}
		j.pending.mu.Unlock()
		if len(events) == 0 {
			if e != nil {
				t.Fatalf("%v is pending, want nothing", key)
			}
			continue
		}
		pending++
		want := events[0]
		for _, ev := range events[1:] {
			want.State = join(want.State, ev.State)
			want.Count++
			if ev.Received.Before(want.Received) {
				want.Received = ev.Received
			}
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("%v (-want +got):\n%s", key, diff)
		}
	}
	if got := len(j.Keys()); got != pending {
		t.Fatalf("%d keys, want %d", got, pending)
	}
}

func files(dir string) (sum int64) {
	paths, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil {
			sum += info.Size()
		}
	}
	return sum
}
