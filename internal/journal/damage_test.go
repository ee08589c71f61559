// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// template is a journal directory with one segment of a few groups, to be damaged again and again.
type template struct {
	files map[string][]byte
	names []string // by group
	ends  []int64  // where the record of each group ends
}

func newTemplate(t testing.TB, groups int) template {
	t.Helper()
	dir := t.TempDir()
	j := open(t, dir, testOptions())
	tpl := template{files: map[string][]byte{}}
	for i := range groups {
		tpl.names = append(tpl.names, fmt.Sprint("name ", i))
		appendEvent(t, j, renamed(groupKey("app", i), 1, tpl.names[i]))
		tpl.ends = append(tpl.ends, j.log.active().end)
	}
	closeJournal(t, j)
	for _, path := range append(segmentFiles(t, dir), filepath.Join(dir, manifestName)) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tpl.files[filepath.Base(path)] = b
	}
	return tpl
}

const firstSegment = "0000000000000001.log"

// write makes a copy of the template in a fresh directory.
func (tpl template) write(t testing.TB, change func(files map[string][]byte)) (dir string) {
	t.Helper()
	dir = t.TempDir()
	files := map[string][]byte{}
	for name, b := range tpl.files {
		files[name] = bytes.Clone(b)
	}
	change(files)
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// lost lists the groups whose event is not pending.
func (tpl template) lost(j *Journal) []int {
	var lost []int
	for i, want := range tpl.names {
		if name(j, groupKey("app", i)) != want {
			lost = append(lost, i)
		}
	}
	return lost
}

// wantQuietReopen tells that damage is found once, that nothing more gets lost later, and that appends work.
func (tpl template) wantQuietReopen(t *testing.T, j *Journal, dir, what string) {
	t.Helper()
	lost := fmt.Sprint(tpl.lost(j))
	for round := range 2 {
		if round == 1 {
			appendEvent(t, j, renamed(groupKey("late", 1), 1, "late"))
		}
		closeJournal(t, j)
		j = open(t, dir, testOptions())
		if d := j.Damage(); len(d) > 0 {
			t.Errorf("%s: damage found again: %v", what, d)
		}
		if again := fmt.Sprint(tpl.lost(j)); again != lost {
			t.Errorf("%s: lost %v at first, %v later", what, lost, again)
		}
	}
	if name(j, groupKey("late", 1)) != "late" {
		t.Errorf("%s: append after repair is lost", what)
	}
	closeJournal(t, j)
}

func wantAside(t *testing.T, j *Journal, what string) {
	t.Helper()
	for _, d := range j.Damage() {
		if d.File == "" {
			continue
		}
		if _, err := os.Stat(d.File); err != nil {
			t.Errorf("%s: damaged bytes were not kept: %v", what, err)
		}
	}
}

func TestBitFlippedAnywhereIsReportedAndCostsOneRecordAtMost(t *testing.T) {
	tpl := newTemplate(t, 6)
	used := tpl.ends[len(tpl.ends)-1]
	for at := range used {
		for _, bit := range []int{int(at % 8), int((at*5 + 3) % 8)} {
			what := fmt.Sprintf("bit %d of byte %d", bit, at)
			dir := tpl.write(t, func(files map[string][]byte) { files[firstSegment][at] ^= 1 << bit })
			j := open(t, dir, testOptions())
			if len(j.Damage()) != 1 {
				t.Errorf("%s: damage %v, want one", what, j.Damage())
			}
			wantAside(t, j, what)
			lost := tpl.lost(j)
			if len(lost) > 1 || (len(lost) == 1 && (at >= tpl.ends[lost[0]] || (lost[0] > 0 && at < tpl.ends[lost[0]-1]))) {
				t.Errorf("%s: lost %v", what, lost)
			}
			if at%16 == 3 {
				tpl.wantQuietReopen(t, j, dir, what)
			}
			closeJournal(t, j)
		}
	}
	// Behind the records is nothing to lose.
	for at := used; at < used+64; at++ {
		dir := tpl.write(t, func(files map[string][]byte) { files[firstSegment][at] ^= 1 })
		j := open(t, dir, testOptions())
		if lost := tpl.lost(j); len(lost) > 0 {
			t.Errorf("byte %d: lost %v", at, lost)
		}
		closeJournal(t, j)
	}
}

// TestBitFlippedInALastEventThatEndsInZerosIsReported has the last byte of the log alone in its sector. It is a zero,
// as of any event without registers, and a sector of zeros looks like one that was never written.
func TestBitFlippedInALastEventThatEndsInZerosIsReported(t *testing.T) {
	ev := renamed(groupKey("app", 1), 1, "")
	ev.State.Registers = nil
	for n := 0; n%alignment != 1 || (headerSize+recordSize(n))%sectorSize != alignment; n = len(event.Append(nil, ev)) {
		ev.State.Last.Platform += "p"
	}
	dir := t.TempDir()
	j := open(t, dir, testOptions())
	appendEvent(t, j, ev)
	closeJournal(t, j)
	path := filepath.Join(dir, firstSegment)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[headerSize+headSize] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, testOptions())
	defer closeJournal(t, j)
	if len(j.Damage()) != 1 || len(j.Keys()) != 0 {
		t.Errorf("damage %v, pending %v; want one damage and nothing", j.Damage(), j.Keys())
	}
}

func TestBitFlippedInAFullSegmentIsReportedUpToItsEnd(t *testing.T) {
	tpl := newTemplate(t, 6)
	dir := tpl.write(t, func(map[string][]byte) {})
	j := open(t, dir, testOptions())
	appendEvent(t, j, renamed(groupKey("late", 0), 1, "second segment"))
	closeJournal(t, j)
	second, err := os.ReadFile(filepath.Join(dir, "0000000000000002.log"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, _ := os.ReadFile(filepath.Join(dir, manifestName))
	for at := int64(0); at < tpl.ends[5]; at++ {
		if empty(tpl.files[firstSegment][at:]) {
			continue // only padding
		}
		what := fmt.Sprintf("byte %d", at)
		dir := tpl.write(t, func(files map[string][]byte) {
			files["0000000000000002.log"], files[manifestName] = second, manifest
			files[firstSegment] = files[firstSegment][:tpl.ends[5]+4096]
			clear(files[firstSegment][at:]) // all from here on is gone
		})
		j := open(t, dir, testOptions())
		if len(j.Damage()) == 0 {
			t.Errorf("%s: no damage reported", what)
		}
		for _, i := range tpl.lost(j) {
			if tpl.ends[i] <= at && at >= headerSize {
				t.Errorf("%s: lost %d", what, i)
			}
		}
		if name(j, groupKey("late", 0)) == "" {
			t.Errorf("%s: lost the other segment", what)
		}
		if at%16 == 5 {
			tpl.wantQuietReopen(t, j, dir, what)
		}
		closeJournal(t, j)
	}
}

func TestFileShortenedAnywhereLosesOnlyItsTail(t *testing.T) {
	tpl := newTemplate(t, 6)
	full := int64(len(tpl.files[firstSegment]))
	for at := int64(0); at < full; at++ {
		if at > tpl.ends[5]+600 && at < full-100 {
			at = full - 100
		}
		what := fmt.Sprintf("cut to %d bytes", at)
		dir := tpl.write(t, func(files map[string][]byte) { files[firstSegment] = files[firstSegment][:at] })
		j := open(t, dir, testOptions())
		if len(j.Damage()) == 0 {
			t.Errorf("%s: no damage reported", what)
		}
		for _, i := range tpl.lost(j) {
			if tpl.ends[i] <= at {
				t.Errorf("%s: lost %d", what, i)
			}
		}
		if at%16 == 7 {
			tpl.wantQuietReopen(t, j, dir, what)
		}
		closeJournal(t, j)
	}
}

func TestWriteTornAtAnySectorIsRepairedSilently(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, testOptions())
	first := renamed(groupKey("app", 0), 1, "acknowledged")
	appendEvent(t, j, first)
	end := j.log.active().end
	appendEvent(t, j, renamed(groupKey("app", 1), 1, strings.Repeat("torn", 700)))
	closeJournal(t, j)
	tpl := template{files: map[string][]byte{}, names: []string{"acknowledged"}}
	for _, name := range []string{firstSegment, manifestName} {
		tpl.files[name], _ = os.ReadFile(filepath.Join(dir, name))
	}
	for mask := 1; mask < 1<<7; mask++ { // which sectors of the second record did not get to the disk
		what := fmt.Sprintf("sectors %b", mask)
		dir := tpl.write(t, func(files map[string][]byte) {
			b := files[firstSegment]
			for s := range 7 {
				from := max(end, int64(s)*sectorSize+end/sectorSize*sectorSize)
				if mask&(1<<s) != 0 {
					clear(b[from : (from/sectorSize+1)*sectorSize])
				}
			}
		})
		j := open(t, dir, testOptions())
		if len(tpl.lost(j)) > 0 {
			t.Errorf("%s: the acknowledged record is lost", what)
		}
		if d := j.Damage(); len(d) > 0 {
			t.Errorf("%s: damage %v", what, d)
		}
		if mask%8 == 1 {
			tpl.wantQuietReopen(t, j, dir, what)
		}
		closeJournal(t, j)
	}
}

func TestHoleInAnEarlierBatchIsDamageNotATornWrite(t *testing.T) {
	tpl := newTemplate(t, 20)
	dir := tpl.write(t, func(files map[string][]byte) { clear(files[firstSegment][1024:1536]) })
	j := open(t, dir, testOptions())
	if len(j.Damage()) != 1 {
		t.Errorf("damage %v, want one", j.Damage())
	}
	if lost := tpl.lost(j); len(lost) == 0 || len(lost) > 5 {
		t.Errorf("lost %v", lost)
	}
	tpl.wantQuietReopen(t, j, dir, "hole")
}

// several makes a journal of some segments and returns their names.
func several(t *testing.T) (dir string, tpl template, segments []string) {
	t.Helper()
	dir = t.TempDir()
	for i := range 5 {
		j := open(t, dir, testOptions()) // each start begins a segment
		tpl.names = append(tpl.names, fmt.Sprint("name ", i))
		appendEvent(t, j, renamed(groupKey("app", i), 1, tpl.names[i]))
		closeJournal(t, j)
	}
	return dir, tpl, segmentFiles(t, dir)
}

func TestMissingSegmentIsReportedOnce(t *testing.T) {
	for i := range 5 {
		t.Run(fmt.Sprint("segment ", i+1), func(t *testing.T) {
			dir, tpl, segments := several(t)
			if err := os.Remove(segments[i]); err != nil {
				t.Fatal(err)
			}
			j := open(t, dir, testOptions())
			if d := j.Damage(); len(d) != 1 || !strings.Contains(d[0].Reason, filepath.Base(segments[i])) {
				t.Errorf("damage %v, want one that names %s", d, segments[i])
			}
			if got, want := fmt.Sprint(tpl.lost(j)), fmt.Sprint([]int{i}); got != want {
				t.Errorf("lost %v, want %v", got, want)
			}
			tpl.wantQuietReopen(t, j, dir, "missing")
		})
	}
}

func TestAllSegmentsMissing(t *testing.T) {
	dir, tpl, segments := several(t)
	for _, s := range segments {
		os.Remove(s)
	}
	j := open(t, dir, testOptions())
	if len(j.Damage()) != 5 {
		t.Errorf("damage %v", j.Damage())
	}
	tpl.wantQuietReopen(t, j, dir, "all missing")
}

func TestCopiedSegmentDoesNoHarm(t *testing.T) {
	dir, tpl, segments := several(t)
	b, _ := os.ReadFile(segments[2])
	copied := filepath.Join(dir, segmentName(0x99))
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j := open(t, dir, testOptions())
	wantNoDamage(t, j)
	if lost := tpl.lost(j); len(lost) > 0 {
		t.Errorf("lost %v", lost)
	}
	if _, err := os.Stat(copied); err == nil {
		t.Error("a segment that the MANIFEST does not name is kept")
	}
	tpl.wantQuietReopen(t, j, dir, "copied")
}

// TestASegmentOfAnotherNameIsSetAside has no MANIFEST that would say which names there are.
func TestASegmentOfAnotherNameIsSetAside(t *testing.T) {
	dir, tpl, segments := several(t)
	if err := errors.Join(os.Rename(segments[2], filepath.Join(dir, segmentName(0x99))), os.Remove(filepath.Join(dir, manifestName))); err != nil {
		t.Fatal(err)
	}
	j := open(t, dir, testOptions())
	if got := fmt.Sprint(tpl.lost(j)); len(j.Damage()) < 2 || got != "[2]" {
		t.Errorf("damage %v, lost %v", j.Damage(), got)
	}
	wantAside(t, j, "renamed")
	tpl.wantQuietReopen(t, j, dir, "renamed")
}

func TestDamagedManifestLosesNothing(t *testing.T) {
	dir, tpl, segments := several(t)
	good, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	segs := map[string][]byte{}
	for _, s := range segments {
		segs[filepath.Base(s)], _ = os.ReadFile(s)
	}
	try := func(what string, m []byte) {
		t.Helper()
		tpl.files = segs
		dir := tpl.write(t, func(files map[string][]byte) {
			if m != nil {
				files[manifestName] = m
			}
		})
		j := open(t, dir, testOptions())
		if len(j.Damage()) != 1 || len(tpl.lost(j)) > 0 {
			t.Errorf("%s: damage %v, lost %v", what, j.Damage(), tpl.lost(j))
		}
		tpl.wantQuietReopen(t, j, dir, what)
	}
	try("missing", nil)
	for at := range good {
		m := bytes.Clone(good)
		m[at] ^= 4
		try(fmt.Sprint("flip at ", at), m)
		if at%5 == 0 {
			try(fmt.Sprint("cut at ", at), good[:at:at])
		}
	}
}

func TestNewerFormatIsRefusedAndLeftAlone(t *testing.T) {
	tpl := newTemplate(t, 2)
	newer := map[string]func(files map[string][]byte){
		"MANIFEST": func(files map[string][]byte) {
			m := files[manifestName]
			binary.LittleEndian.PutUint32(m[8:], formatVersion+1)
			binary.LittleEndian.PutUint32(m[len(m)-4:], crc32.Checksum(m[:len(m)-4], castagnoli))
		},
		"segment": func(files map[string][]byte) {
			h, _ := parseHeader(files[firstSegment])
			h.Version++
			copy(files[firstSegment], encodeHeader(h))
		},
	}
	for what, change := range newer {
		t.Run(what, func(t *testing.T) {
			var want map[string][]byte
			dir := tpl.write(t, func(files map[string][]byte) { change(files); want = files })
			for range 2 { // the lock is free again after the refusal
				_, err := Open(dir, testOptions())
				if !errors.Is(err, errVersion) || !strings.Contains(err.Error(), dir) {
					t.Errorf("Open = %v, want a newer version named with the directory", err)
				}
			}
			for name, b := range want {
				if got, _ := os.ReadFile(filepath.Join(dir, name)); !bytes.Equal(got, b) {
					t.Errorf("%s was changed", name)
				}
			}
		})
	}
}

func TestLeftoversOfACrashAreCleanedUpWithoutDamage(t *testing.T) {
	dir, tpl, segments := several(t)
	first, _ := os.ReadFile(segments[0])
	j := open(t, dir, testOptions())
	_, upTo, _ := j.Pending(groupKey("app", 0))
	j.Checkpoint(groupKey("app", 0), upTo)
	closeJournal(t, j)
	if _, err := os.Stat(segments[0]); err == nil {
		t.Log("not trimmed yet")
	}
	j = open(t, dir, testOptions())
	appendEvent(t, j, renamed(groupKey("late", 0), 1, "x"))
	closeJournal(t, j)
	if _, err := os.Stat(segments[0]); err == nil {
		t.Fatal("a dead segment was not deleted")
	}
	// As if the process had ended between the MANIFEST and the deletion, and while it made files.
	for name, b := range map[string][]byte{segments[0]: first, filepath.Join(dir, "MANIFEST.tmp"): nil, filepath.Join(dir, "0000000000000063.log.tmp"): first} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j = open(t, dir, testOptions())
	wantNoDamage(t, j)
	if name(j, groupKey("app", 0)) != "" {
		t.Error("a checkpointed event came back")
	}
	if lost := fmt.Sprint(tpl.lost(j)); lost != "[0]" {
		t.Errorf("lost %v", lost)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*.tmp"))
	if _, err := os.Stat(segments[0]); err == nil || len(left) > 0 {
		t.Errorf("leftovers are still there: %v", left)
	}
}

// TestTextCannotForgeARecord puts the bytes of whole records into a value and damages the head before it.
func TestTextCannotForgeARecord(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, testOptions())
	forged := strings.Repeat("\x00", 8)
	for range 8 {
		ev := renamed(groupKey("victim", 1), 1<<40, "forged")
		forged += string(appendRecord(nil, 0, record{kind: kindEvent, seq: 1000, payload: event.Append(nil, ev)})) + "\x00"
	}
	appendEvent(t, j, renamed(groupKey("app", 1), 1, forged))
	appendEvent(t, j, renamed(groupKey("app", 2), 1, "next"))
	closeJournal(t, j)
	path := filepath.Join(dir, firstSegment)
	b, _ := os.ReadFile(path)
	b[headerSize] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, testOptions())
	if _, _, ok := j.Pending(groupKey("victim", 1)); ok {
		t.Error("a forged record was taken for a real one")
	}
	if name(j, groupKey("app", 2)) != "next" {
		t.Error("the record behind was lost")
	}
}
