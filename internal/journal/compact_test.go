// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// biggestWrite notes the longest write into a segment.
type biggestWrite struct {
	quickDisk
	most *int
}

type biggestFile struct {
	quickFile
	most *int
}

func (d biggestWrite) open(path string, flag int) (file, error) {
	f, err := d.quickDisk.open(path, flag)
	if err != nil {
		return nil, err
	}
	return biggestFile{f.(quickFile), d.most}, nil
}

func (f biggestFile) WriteAt(b []byte, off int64) (int, error) {
	*f.most = max(*f.most, len(b))
	return f.quickFile.WriteAt(b, off)
}

// TestCompactionTakesBoundedStepsAndRefusesNothing has a journal that is as full as it may be, and hot groups.
func TestCompactionTakesBoundedStepsAndRefusesNothing(t *testing.T) {
	most := 0
	o := Options{MaxBytes: 64 << 20, MaxGroups: 1 << 20, Fold: fold, disk: biggestWrite{most: &most}}
	j := open(t, t.TempDir(), o)
	groups := map[string]int{}
	for _, app := range []string{"a", "b"} {
		for ; j.pending.apps[App{"ns", app}] == nil || j.pending.apps[App{"ns", app}].cost < j.pending.maxCost*9/20; groups[app]++ {
			appendEvent(t, j, renamed(groupKey(app, groups[app]), 1, strings.Repeat("x", 1500)))
		}
	}
	for i := range 4 * int(o.MaxBytes) / 1500 {
		appendEvent(t, j, renamed(groupKey("hot", i%200), int64(i), strings.Repeat("y", 1500)))
	}
	if bound := int(j.step() + j.batchLimit); most > bound {
		t.Errorf("a write of %d bytes, the bound of a step is %d", most, bound)
	}
	if use := j.Stats().Bytes; use > o.MaxBytes {
		t.Errorf("%d bytes on disk", use)
	}
	for app, n := range groups {
		for i := range n {
			if name(j, groupKey(app, i)) == "" {
				t.Fatalf("group %d of app %s is lost", i, app)
			}
		}
	}
}

// TestASmallerBoundIsTakenAtOnceOrAfterwards opens a journal with a sixteenth of its bound and less.
func TestASmallerBoundIsTakenAtOnceOrAfterwards(t *testing.T) {
	for _, pending := range []int{0, 1, 500} {
		for _, smaller := range []int64{MinBytes, 1 << 20, 8 << 20} {
			t.Run(fmt.Sprintf("%d pending, %d bytes", pending, smaller), func(t *testing.T) {
				dir := t.TempDir()
				o := testOptions()
				o.MaxBytes = 128 << 20
				j := open(t, dir, o)
				for i := range pending {
					appendEvent(t, j, renamed(groupKey("app", i), 1, strings.Repeat("x", 8000)))
				}
				for i := range 2000 {
					appendEvent(t, j, renamed(groupKey("done", 0), int64(i), strings.Repeat("y", 3000)))
				}
				done := func(key event.Key) {
					_, upTo, _ := j.Pending(key)
					j.Checkpoint(key, upTo)
				}
				done(groupKey("done", 0))
				closeJournal(t, j)
				o.MaxBytes = smaller
				j = open(t, dir, o)
				if pending == 0 && j.Stats().Bytes > 0 {
					t.Errorf("%d bytes are kept of nothing", j.Stats().Bytes)
				}
				late := renamed(groupKey("other", 1), 1, "late")
				if err := j.Append(t.Context(), late); err != nil && (pending < 500 || !errors.Is(err, ErrFull)) {
					t.Errorf("with %d pending: %v", pending, err)
				}
				for i := range pending {
					if name(j, groupKey("app", i)) == "" {
						t.Fatalf("group %d is lost", i)
					}
					done(groupKey("app", i))
				}
				for i := range 200 {
					appendEvent(t, j, renamed(groupKey("other", 1), int64(i), strings.Repeat("z", 3000)))
				}
				if use := j.Stats().Bytes; use > smaller {
					t.Errorf("%d bytes on disk, the bound is %d now", use, smaller)
				}
			})
		}
	}
}
