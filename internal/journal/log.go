// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"
)

// segmentLog is the files of the log. Only the committer uses it, and Open before that.
type segmentLog struct {
	dir         string
	disk        disk
	log         *slog.Logger
	salt        uint64
	segmentSize int64
	budget      int64 // bytes of all segments together
	excess      int64 // bytes over the budget that recovery found, of a journal that was larger once

	segments []*segment // oldest first
	nextID   uint64
	seq      uint64 // of the newest event

	file    file // of the active segment, the last one; nil when a new one is to be made
	seed    uint32
	bytes   atomic.Int64  // of all segments
	syncing time.Duration // what the last sync took
}

func (l *segmentLog) active() *segment { return l.segments[len(l.segments)-1] }

// left is how many bytes the active segment can still take.
func (l *segmentLog) left() int64 {
	if l.file == nil {
		return 0
	}
	return l.active().size - l.active().end
}

// sizeFor is the size of a new segment that takes n bytes.
func (l *segmentLog) sizeFor(n int64) int64 {
	const block = 4096
	return max(l.segmentSize, (headerSize+n+block-1)/block*block)
}

// fits tells whether a new segment of this size stays within the budget and leaves reserve bytes of it.
func (l *segmentLog) fits(size, reserve int64) bool {
	return l.bytes.Load()+size+reserve <= l.budget+l.excess
}

// roll begins a new segment that takes at least n bytes. The MANIFEST names it before any event is in it.
func (l *segmentLog) roll(n int64) error {
	h := header{version: formatVersion, id: l.nextID, size: l.sizeFor(n), salt: l.salt, seq: l.seq}
	if k := len(l.segments); k > 0 && l.segments[k-1].id == h.id-1 {
		h.prevEnd = l.segments[k-1].end
	}
	f, err := createSegment(l.disk, l.dir, h)
	if err != nil {
		return err
	}
	s := &segment{id: h.id, size: h.size, end: headerSize}
	if err := l.writeManifest(append(l.segments[:len(l.segments):len(l.segments)], s)); err != nil {
		_ = f.Close()                                              // nothing is in it
		_ = l.disk.remove(filepath.Join(l.dir, segmentName(h.id))) // else the next one takes its place
		return err
	}
	l.retire()
	l.segments, l.file, l.nextID = append(l.segments, s), f, h.id+1
	l.seed = newSeed(l.salt, h.id)
	l.bytes.Add(s.size)
	return nil
}

func (l *segmentLog) writeManifest(segments []*segment) error {
	m := manifest{salt: l.salt}
	for _, s := range segments {
		m.ids = append(m.ids, s.id)
	}
	return installBytes(l.disk, filepath.Join(l.dir, manifestName), appendManifest(nil, m))
}

// write makes a batch of records durable at the end of the active segment. After an error nobody knows what is on
// the disk (the kernel may have dropped the pages and forgotten the error), so the segment gets nothing more. What
// may stand behind its end does not count: the header of the next segment says where the end is.
func (l *segmentLog) write(b []byte) error {
	n, err := l.file.WriteAt(b, l.active().end)
	if err == nil && n < len(b) {
		err = errors.New("short write")
	}
	if err == nil {
		start := time.Now()
		err = l.file.datasync()
		l.syncing = time.Since(start)
	}
	if err != nil {
		l.giveUp()
		return err
	}
	l.active().end += int64(len(b))
	return nil
}

// giveUp leaves the active segment after a failed write. One that holds nothing yet is made anew under the same
// name, so that a disk that goes on failing does not fill up with empty segments.
func (l *segmentLog) giveUp() {
	l.retire()
	if s := l.active(); s.end == headerSize {
		l.segments = l.segments[:len(l.segments)-1]
		l.nextID = s.id
		l.bytes.Add(-s.size)
	}
}

// retire closes the active segment's file.
func (l *segmentLog) retire() {
	if l.file != nil {
		_ = l.file.Close() // all that counts is synced
		l.file = nil
	}
}

// trim deletes the oldest segments as long as dead says that nothing in them is needed, but never the last one: its
// end, and the numbers it has seen, are still needed.
func (l *segmentLog) trim(dead func(*segment) bool) {
	n := 0
	for n < len(l.segments)-1 && dead(l.segments[n]) {
		n++
	}
	if n == 0 {
		return
	}
	// The MANIFEST comes first: a crash between the two leaves a file that the next start deletes. If the disk is
	// too full for the MANIFEST, deleting makes room; a crash then is reported as damage, though nothing is lost.
	err := l.writeManifest(l.segments[n:])
	for _, s := range l.segments[:n] {
		if rerr := l.disk.remove(filepath.Join(l.dir, segmentName(s.id))); rerr != nil {
			l.log.Error("cannot delete a journal segment", "segment", segmentName(s.id), "error", rerr)
		}
		l.bytes.Add(-s.size)
	}
	l.segments = append([]*segment(nil), l.segments[n:]...)
	if err != nil {
		err = l.writeManifest(l.segments)
	}
	if err != nil {
		l.log.Error("cannot write the journal's MANIFEST", "error", err)
	}
	if l.bytes.Load() <= l.budget {
		l.excess = 0
	}
}
