// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// FuzzRecord reads any bytes as a record: what is read must give the same bytes again.
func FuzzRecord(f *testing.F) {
	ev := event.Append(nil, renamed(groupKey("app", 1), 1, "name"))
	f.Add(appendRecord(nil, 7, record{kind: kindEvent, seq: 1, batch: 72, payload: ev}), uint32(7))
	f.Add(encodeHeader(header{Version: formatVersion, ID: 1, Size: minSegment, Salt: 5}), uint32(0))
	f.Add(appendSkip(nil, 7, 72, 64), uint32(7))
	f.Fuzz(func(t *testing.T, b []byte, seed uint32) {
		if h, ok := parseHeader(b); ok && h.Version == formatVersion {
			_ = encodeHeader(h)
		}
		_, _ = parseManifest(b)
		r, size, ok := parse(b, seed)
		if !ok {
			_ = torn(b, 0, seed)
			_ = next(b, 0, seed)
			return
		}
		if size > int64(len(b)) || size < headSize {
			t.Fatalf("size %d of %d bytes", size, len(b))
		}
		if r.kind != kindSkip && !bytes.Equal(appendRecord(nil, seed, r)[:headSize], b[:headSize]) {
			t.Fatal("the record does not encode to what it was read from")
		}
	})
}

// FuzzRecover opens a journal whose only segment has any bytes at any place, or a record with good checksums but any
// kind and payload behind the others. It must open, take an event, and find no more damage the next time.
func FuzzRecover(f *testing.F) {
	tpl := newTemplate(f, 4)
	segment := tpl.files[firstSegment]
	h, _ := parseHeader(segment)
	end := tpl.ends[3]
	f.Add(segment[:1024], uint16(0), false, byte(0))
	f.Add([]byte{0xff}, uint16(100), false, byte(0))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 99}, uint16(headerSize), true, byte(0))
	f.Add(make([]byte, 512), uint16(512), true, byte(0))
	f.Add([]byte("no event"), uint16(0), false, byte(kindEvent))
	f.Add(event.AppendKey(nil, groupKey("other", 1)), uint16(9), false, byte(kindCheckpoint))
	f.Add([]byte("from the future"), uint16(9), false, byte(77))
	f.Fuzz(func(t *testing.T, b []byte, at uint16, cut bool, sealed byte) {
		off := min(int64(at), int64(len(segment)))
		if sealed != 0 {
			b = appendRecord(nil, newSeed(h.Salt, h.ID), record{kind: kind(sealed), seq: uint64(at), batch: end, payload: b})
			off = end
		}
		changed := bytes.Clone(segment)
		n := copy(changed[off:], b)
		if cut {
			changed = changed[:off+int64(n)]
		}
		dir := t.TempDir()
		for name, b := range map[string][]byte{firstSegment: changed, manifestName: tpl.files[manifestName]} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		j := open(t, dir, testOptions())
		lost := fmt.Sprint(tpl.lost(j))
		for i, end := range tpl.ends {
			if end <= off && off >= headerSize && name(j, groupKey("app", i)) != tpl.names[i] && sealed == 0 {
				t.Errorf("record %d before the change is lost", i)
			}
		}
		appendEvent(t, j, renamed(groupKey("late", 1), 1, "late"))
		closeJournal(t, j)
		j = open(t, dir, testOptions())
		wantNoDamage(t, j)
		if again := fmt.Sprint(tpl.lost(j)); again != lost || name(j, groupKey("late", 1)) != "late" {
			t.Errorf("lost %s at first, %s later", lost, again)
		}
		closeJournal(t, j)
	})
}
