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
	sizes    map[string]int64 // of the files
	manifest *manifest        // nil if there is none that can be read
	broken   []byte           // a MANIFEST that is no good
	found    []*found         // segments on disk, oldest first

	asides    int    // files of damaged bytes
	lastAside uint64 // number of the newest one
}

// found is a segment on disk.
type found struct {
	*segment
	header header
	ok     bool  // the header is good
	err    error // it could not be read

	data  []byte
	seed  uint32
	short bool  // the file is shorter than it was made
	known bool  // end is where committed records end, so whatever is bad before it was whole once
	last  int64 // where the last write began
}

func (r *recovery) path(id uint64) string { return filepath.Join(r.dir, segmentName(id)) }

// recover is the table of contents of recovery. It fails only for what may heal, or what a person must look at: a
// directory that cannot be read or written, or another format. Nothing is changed before the latter is known.
func (j *Journal) recover() error {
	r := &recovery{Journal: j, sizes: map[string]int64{}}
	if err := r.list(); err != nil {
		return err
	}
	if err := r.readManifest(); err != nil {
		return err
	}
	if err := r.readHeaders(); err != nil {
		return err
	}
	if r.broken != nil {
		r.setAside("-"+manifestName, r.broken, errManifest.Error())
	}
	r.adopt()
	for _, f := range r.found {
		if err := r.replay(f); err != nil {
			return err
		}
	}
	return r.conclude()
}

// list finds the segments and the other files.
func (r *recovery) list() error {
	var files []entryInfo
	err := r.again(func() (err error) { files, err = r.log.disk.list(r.dir); return })
	for _, f := range files {
		r.sizes[f.name] = f.size
		var n uint64
		if id, ok := segmentID(f.name); ok {
			r.found = append(r.found, &found{segment: &segment{id: id, old: true}})
			r.log.nextID = max(r.log.nextID, id+1)
		} else if _, err := fmt.Sscanf(f.name, "damaged-%06d-", &n); err == nil {
			r.asides, r.lastAside, r.aside = r.asides+1, max(r.lastAside, n), r.aside+f.size
		}
	}
	slices.SortFunc(r.found, func(a, b *found) int { return cmp.Compare(a.id, b.id) })
	return err
}

func (r *recovery) readManifest() error {
	b, err := r.read(manifestName, manifestMax)
	var m manifest
	if err == nil {
		m, err = parseManifest(b)
	}
	switch {
	case err == nil:
		r.manifest = &m
		r.log.salt, r.log.seq, r.log.nextID, r.log.owed.all = m.Salt, m.Seq, max(r.log.nextID, m.NextID), m.All
		for _, app := range m.owed {
			r.log.owed.apps[app] = true
		}
		return nil
	case errors.Is(err, errManifest):
		r.broken = b
	case errors.Is(err, fs.ErrNotExist) && len(r.found) == 0:
	case errors.Is(err, fs.ErrNotExist), isMedium(err):
		r.report("", fmt.Sprintf("the MANIFEST cannot be read: %v", err))
	default:
		return err
	}
	r.log.stale.Store(true)
	return nil
}

// readHeaders looks at the first record of each segment. The salt is in every one of them and in the MANIFEST.
func (r *recovery) readHeaders() error {
	for _, f := range r.found {
		b, err := r.read(segmentName(f.id), headerSize)
		if passing(err) != nil {
			return err
		}
		h, ok := parseHeader(b)
		if ok && h.Version != formatVersion {
			return otherVersion(segmentName(f.id), h.Version)
		}
		f.size, f.err = r.sizes[segmentName(f.id)], err
		if f.ok = ok && h.ID == f.id; f.ok {
			f.header, f.short, f.size = h, f.size < h.Size, max(f.size, h.Size)
			r.log.salt = cmp.Or(r.log.salt, h.Salt)
		}
	}
	for r.log.salt == 0 { // a new journal, or nothing is left of it
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		r.log.salt = binary.LittleEndian.Uint64(b[:])
	}
	return nil
}

// adopt makes the segments that the MANIFEST names part of the log, or all of them when it cannot be read. Others were
// given up, and only their deletion got lost; so was that of unfinished files.
func (r *recovery) adopt() {
	var ids []uint64
	r.found = slices.DeleteFunc(r.found, func(f *found) bool {
		r.log.bytes.Add(f.size)
		if r.manifest != nil && !slices.Contains(r.manifest.ids, f.id) {
			r.log.doom(f.segment)
			return true
		}
		r.log.segments, ids = append(r.log.segments, f.segment), append(ids, f.id)
		return false
	})
	if r.manifest != nil {
		for _, id := range r.manifest.ids {
			if !slices.Contains(ids, id) {
				r.report("", fmt.Sprintf("segment %s is missing", segmentName(id)))
			}
		}
	}
	for name := range r.sizes {
		if isTmp(name) {
			_ = r.log.disk.remove(filepath.Join(r.dir, name))
		}
	}
}

// knownEnd is where the committed records of a segment end, as a later header tells; 0 = not known. All headers that
// name it say the same, for it was sealed before the first of them.
func (r *recovery) knownEnd(f *found) int64 {
	for _, o := range r.found {
		h := o.header
		if h.Prev == f.id && h.PrevEnd >= headerSize && h.PrevEnd%alignment == 0 && h.PrevEnd <= maxRead && (!f.ok || h.PrevEnd <= f.header.Size) {
			return h.PrevEnd
		}
	}
	return 0
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

// conclude deletes what nobody needs, and brings the MANIFEST in line with what was found. New events go into a new
// segment, so that nothing is ever written behind bytes of which nobody knows how they came there.
func (r *recovery) conclude() error {
	if len(r.damage) > 0 {
		r.log.seq += lostNumbers
		r.log.stale.Store(true)
	}
	r.trim()
	if err := r.log.sweep(); r.manifest == nil && len(r.damage) == 0 {
		return err // a new journal must be one that can be written
	}
	return nil
}
