// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// segmentLog is the files of the log. Only the committer uses it, and Open before that.
type segmentLog struct {
	dir         string
	disk        disk
	log         *slog.Logger
	salt        uint64
	segmentSize int64
	budget      int64 // bytes of all segments together

	segments []*segment // oldest first; all but the active one are sealed: nothing is ever added to them
	doomed   []*segment // given up: they are deleted when the MANIFEST does not name them
	nextID   uint64     // of a segment; an id is used once
	seq      uint64     // of the newest event
	owed     owed
	stale    atomic.Bool // the MANIFEST on the disk is not what it must be

	file    file // of the active segment, the last one; nil when a new one is to be made
	seed    uint32
	bytes   atomic.Int64  // of all files of segments
	syncing time.Duration // what the last sync took

	complaint rate.Sometimes
}

func (l *segmentLog) active() *segment { return l.segments[len(l.segments)-1] }

// sealed lists the segments that get nothing more.
func (l *segmentLog) sealed() []*segment {
	if l.file == nil {
		return l.segments
	}
	return l.segments[:len(l.segments)-1]
}

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

// roll begins a new segment that takes at least n bytes. The active one is sealed before anything else: the header of
// the new one says where its records end, and may stay on the disk although the roll failed. The MANIFEST names the new
// one before any event is in it.
func (l *segmentLog) roll(n int64) error {
	l.seal()
	if err := l.sweep(); err != nil { // so at most one failed roll leaves its file behind
		return err
	}
	h := header{Version: formatVersion, ID: l.nextID, Size: l.sizeFor(n), Salt: l.salt}
	if len(l.segments) > 0 && !l.active().unread {
		h.Prev, h.PrevEnd = l.active().id, l.active().end
	}
	l.nextID++
	s := &segment{id: h.ID, size: h.Size, end: headerSize}
	l.bytes.Add(s.size)
	f, err := createSegment(l.disk, l.dir, h)
	if err == nil {
		if err = l.writeManifest(append(slices.Clip(l.segments), s)); err != nil {
			_ = f.Close() // nothing is in it
		}
	}
	if err != nil {
		l.doom(s)
		return err
	}
	l.segments, l.file, l.seed = append(l.segments, s), f, newSeed(l.salt, h.ID)
	return nil
}

// write makes a batch of records durable at the end of the active segment. After an error nobody knows what is on
// the disk (the kernel may have dropped the pages and forgotten the error), so the segment is sealed. What may stand
// behind its end does not count: the header of the next segment says where the end is.
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
		l.seal()
		if s := l.active(); s.end == headerSize {
			l.segments = l.segments[:len(l.segments)-1]
			l.doom(s)
		}
		return err
	}
	l.active().end += int64(len(b))
	return nil
}

// seal closes the active segment's file. Nothing is added to the segment after that.
func (l *segmentLog) seal() {
	if l.file != nil {
		_ = l.file.Close() // all that counts is synced
		l.file = nil
	}
}

// trim gives up those of the n oldest segments that could be read.
func (l *segmentLog) trim(n int) {
	if n <= 0 {
		return
	}
	l.segments = slices.DeleteFunc(l.segments, func(s *segment) bool {
		n--
		if n < 0 || s.unread {
			return false
		}
		l.doom(s)
		return true
	})
	if len(l.doomed) > 0 {
		_ = l.sweep() // it is tried again
	}
}

func (l *segmentLog) doom(s *segment) {
	l.doomed = append(l.doomed, s)
	l.stale.Store(true)
}

// sweep brings the MANIFEST up to date and deletes the segments that it does not name any more. A crash between the
// two leaves files that the next start deletes.
func (l *segmentLog) sweep() error {
	if l.stale.Load() {
		if err := l.writeManifest(l.segments); err != nil {
			l.complaint.Do(func() {
				l.log.Error("cannot write the journal's MANIFEST; trying again", "error", err)
			})
			return err
		}
	}
	l.doomed = slices.DeleteFunc(l.doomed, func(s *segment) bool {
		if err := l.disk.remove(filepath.Join(l.dir, segmentName(s.id))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
		l.bytes.Add(-s.size)
		return true
	})
	return nil
}

// writeManifest makes a MANIFEST durable that names these segments and what is owed.
func (l *segmentLog) writeManifest(segments []*segment) error {
	l.stale.Store(false) // first, for resyncs come to be owed meanwhile
	m := manifest{manifestHead: manifestHead{Salt: l.salt, NextID: l.nextID, Seq: l.seq}}
	for _, s := range segments {
		m.ids = append(m.ids, s.id)
	}
	m.All, m.owed = l.owed.list()
	err := installBytes(l.disk, filepath.Join(l.dir, manifestName), encodeManifest(m))
	if err != nil {
		l.stale.Store(true)
	}
	return err
}
