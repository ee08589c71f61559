// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// recovery reads what an earlier run left and repairs it as far as it must.
type recovery struct {
	*Journal
	manifest manifest
	found    []*found // segments on disk, oldest first
	rewrite  bool     // the MANIFEST must be rewritten
	broken   []byte   // a MANIFEST that is no good, and why
	reason   string
	owing    bool // the MANIFEST on the disk says that damage was found
}

// found is a segment on disk.
type found struct {
	id     uint64
	size   int64
	header header
	ok     bool  // the header is good
	err    error // it could not be read
}

func (r *recovery) path(id uint64) string { return filepath.Join(r.dir, segmentName(id)) }

// recover is the table of contents of recovery. It fails only for what may heal, or what a person must look at: a
// directory that cannot be read or written, or another format. Nothing is changed before the latter is known.
func (j *Journal) recover() error {
	r := &recovery{Journal: j}
	tmp, err := r.list()
	if err != nil {
		return err
	}
	if err := r.readManifest(); err != nil {
		return err
	}
	if err := r.readHeaders(); err != nil {
		return err
	}
	if r.reason != "" {
		r.setAside("-"+manifestName, r.broken, r.reason)
	}
	for _, name := range tmp {
		_ = r.log.disk.remove(filepath.Join(r.dir, name))
	}
	r.findMissing()
	for _, f := range r.found {
		if err := r.replay(f); err != nil {
			return err
		}
	}
	return r.conclude()
}

// list finds the segments, the files that were set aside, and those that were not finished.
func (r *recovery) list() (tmp []string, err error) {
	var files []entryInfo
	err = r.again(func() (err error) { files, err = r.log.disk.list(r.dir); return })
	for _, f := range files {
		id, isSegment := segmentID(f.name)
		switch {
		case isSegment:
			r.found = append(r.found, &found{id: id, size: f.size})
			r.log.nextID = max(r.log.nextID, id+1)
		case isTmp(f.name):
			tmp = append(tmp, f.name)
		default:
			r.damaged.found(f.name, f.size)
		}
	}
	return tmp, err
}

func (r *recovery) readManifest() error {
	b, err := r.read(manifestName, manifestMax)
	var m manifest
	if err == nil {
		m, err = parseManifest(b)
	}
	switch {
	case err == nil:
		r.manifest, r.log.seq, r.owing = m, m.seq, m.all
		r.log.nextID = max(r.log.nextID, m.nextID)
		r.owed.all = m.all
		for _, app := range m.owed {
			r.owed.apps[app] = true
		}
		return nil
	case errors.Is(err, errVersion), !errors.Is(err, errManifest) && !errors.Is(err, fs.ErrNotExist) && !isMedium(err):
		return err
	case errors.Is(err, fs.ErrNotExist) && len(r.found) == 0:
	case errors.Is(err, errManifest):
		r.broken, r.reason = b, err.Error()
	default:
		r.report("", fmt.Sprintf("the MANIFEST cannot be read: %v", err))
	}
	for _, f := range r.found { // all that is there belongs to the log, as far as anybody can know
		r.manifest.ids = append(r.manifest.ids, f.id)
	}
	r.rewrite = true
	return nil
}

// readHeaders looks at the first record of each segment. The salt is in every one of them and in the MANIFEST.
func (r *recovery) readHeaders() error {
	r.log.salt = r.manifest.salt
	for _, f := range r.found {
		b, err := r.read(segmentName(f.id), headerSize)
		if err != nil && !isMedium(err) {
			return err
		}
		h, ok := parseHeader(b)
		if ok && h.version != formatVersion {
			return otherVersion(segmentName(f.id), h.version)
		}
		if ok && h.id != f.id {
			ok = r.rename(f, h.id)
		}
		if f.header, f.ok, f.err = h, ok, err; ok && r.log.salt == 0 {
			r.log.salt = h.salt
		}
	}
	for r.log.salt == 0 { // a new journal, or nothing is left of it
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		r.log.salt = binary.LittleEndian.Uint64(b[:])
	}
	slices.SortFunc(r.found, func(a, b *found) int { return cmp.Compare(a.id, b.id) })
	return nil
}

// rename gives a file the name of the segment that it is, unless that one is there too.
func (r *recovery) rename(f *found, id uint64) bool {
	taken := slices.ContainsFunc(r.found, func(o *found) bool { return o.id == id })
	if taken || r.log.disk.rename(r.path(f.id), r.path(id)) != nil {
		return false // its records will not fit its name
	}
	r.report("", fmt.Sprintf("%s is really %s and was renamed", segmentName(f.id), segmentName(id)))
	f.id, r.log.nextID = id, max(r.log.nextID, id+1)
	return true
}

func (r *recovery) findMissing() {
	for _, id := range r.manifest.ids {
		if !slices.ContainsFunc(r.found, func(f *found) bool { return f.id == id }) {
			r.report("", fmt.Sprintf("segment %s is missing", segmentName(id)))
		}
	}
}

// listed reports whether the MANIFEST names a segment.
func (r *recovery) listed(id uint64) bool { return slices.Contains(r.manifest.ids, id) }

// stale reports whether a segment was given up before the MANIFEST was written, and only its deletion got lost.
func (r *recovery) stale(id uint64) bool {
	return id < r.manifest.nextID
}

// knownEnd is where the committed records of a segment end, as a later header tells; 0 = not known. All headers that
// name it say the same, for it was sealed before the first of them.
func (r *recovery) knownEnd(f *found) int64 {
	for _, o := range r.found {
		h := o.header
		if o.ok && h.prev == f.id && h.prevEnd >= headerSize && h.prevEnd%alignment == 0 && h.prevEnd <= maxRead && (!f.ok || h.prevEnd <= f.header.size) {
			return h.prevEnd
		}
	}
	return 0
}

// keep makes a segment part of the log.
func (r *recovery) keep(s *segment) {
	s.old = true
	r.rewrite = r.rewrite || !r.listed(s.id)
	r.log.segments = append(r.log.segments, s)
	r.log.bytes.Add(s.size)
	r.log.old += s.size
}

// giveUp deletes a segment that nobody needs, once the MANIFEST does not name it.
func (r *recovery) giveUp(f *found) {
	r.log.doomed = append(r.log.doomed, &segment{id: f.id, size: f.size, old: true})
	r.log.bytes.Add(f.size)
	r.log.old += f.size
}

// apply replays one record. An error means that a whole record says something that cannot be.
func (r *recovery) apply(rec record, s *segment) error {
	r.log.seq = max(r.log.seq, rec.seq)
	switch rec.kind {
	case kindSkip:
		return nil
	case kindEvent, kindCarried:
		ev, err := event.Decode(rec.payload)
		if err != nil {
			return err
		}
		if rec.kind == kindCarried { // it holds all that came before it, which would count twice
			r.pending.clear(ev.Key, rec.seq)
		}
		r.pending.recovered(slot{ev: ev, upTo: rec.seq, size: int64(recordSize(len(rec.payload))), seg: s})
		return nil
	case kindCheckpoint:
		key, rest, err := event.DecodeKey(rec.payload)
		if err == nil && len(rest) > 0 {
			err = event.ErrEncoding
		}
		if err == nil {
			r.pending.clear(key, rec.seq)
		}
		return err
	}
	return fmt.Errorf("unknown kind of record %d", rec.kind)
}

// lostNumbers is more than a damaged journal can have given to events that nobody can read now. Their numbers must not
// be given again: a checkpoint of a new event would be one of theirs when they can be read some day.
const lostNumbers = 1 << 32

// conclude brings the MANIFEST in line with what was found. New events go into a new segment, so that nothing is ever
// written behind bytes of which nobody knows how they came there.
func (r *recovery) conclude() error {
	if len(r.damage) > 0 {
		r.log.seq += lostNumbers
		r.rewrite = true
	}
	r.trim()
	if !r.rewrite {
		return nil
	}
	err := r.log.writeManifest(r.log.segments)
	if err != nil && len(r.damage) > 0 {
		r.log.log.Error("cannot write the journal's MANIFEST", "error", err)
		r.flushSoon()
		return nil // a start must not fail over damage
	}
	return err
}
