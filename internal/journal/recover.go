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
	"os"
	"path/filepath"
	"slices"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// recovery reads what an earlier run left and repairs it as far as it must.
type recovery struct {
	*Journal
	manifest manifest
	found    []*found // segments on disk, oldest first
	rewrite  bool     // the MANIFEST must be written anew
}

// found is a segment on disk.
type found struct {
	id     uint64
	size   int64
	header header
	ok     bool // the header is good
}

func (r *recovery) path(id uint64) string { return filepath.Join(r.dir, segmentName(id)) }

// recover is the table of contents of recovery. It fails only for what a person must look at: a directory that cannot
// be read or written, or a newer format. Nothing is changed before the latter is known.
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
	for _, name := range tmp {
		_ = r.log.disk.remove(filepath.Join(r.dir, name))
	}
	r.dropStale()
	r.restoreNames()
	r.findMissing()
	for i, f := range r.found {
		if err := r.replay(f, r.knownEnd(i)); err != nil {
			return err
		}
	}
	return r.finish()
}

// list finds the segments, the files that were set aside, and those that were not finished.
func (r *recovery) list() (tmp []string, err error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		id, isSegment := segmentID(e.Name())
		info, err := e.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case isSegment:
			r.found = append(r.found, &found{id: id, size: info.Size()})
			r.log.nextID = max(r.log.nextID, id+1)
		case isTmp(e.Name()):
			tmp = append(tmp, e.Name())
		default:
			r.rejected.found(e.Name(), info.Size())
			r.damaged.found(e.Name(), info.Size())
		}
	}
	r.sort()
	return tmp, nil
}

func (r *recovery) sort() {
	slices.SortFunc(r.found, func(a, b *found) int { return cmp.Compare(a.id, b.id) })
}

func (r *recovery) readManifest() error {
	m, b, err := readManifest(r.log.disk, r.dir)
	switch {
	case err == nil:
		r.manifest = m
		return nil
	case errors.Is(err, errNewer), errors.Is(err, fs.ErrPermission):
		return err
	case errors.Is(err, fs.ErrNotExist) && len(r.found) == 0:
	case errors.Is(err, fs.ErrNotExist):
		r.report("", "the MANIFEST is missing")
	default:
		r.setAside("-"+manifestName, b, err.Error())
	}
	r.rewrite = true
	return nil
}

// readHeaders looks at the first record of each segment. The salt is in every one of them and in the MANIFEST.
func (r *recovery) readHeaders() error {
	r.log.salt = r.manifest.salt
	for _, f := range r.found {
		h, ok, err := r.readHeader(f.id)
		if err != nil {
			return err
		}
		if f.header, f.ok = h, ok; ok && r.log.salt == 0 {
			r.log.salt = h.salt
		}
	}
	for r.log.salt == 0 { // a new journal, or nothing is left of it
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		r.log.salt = binary.LittleEndian.Uint64(b[:])
	}
	return nil
}

func (r *recovery) readHeader(id uint64) (header, bool, error) {
	f, err := r.log.disk.open(r.path(id), os.O_RDONLY)
	if errors.Is(err, fs.ErrPermission) {
		return header{}, false, err
	}
	if err != nil {
		return header{}, false, nil // replay reports it
	}
	defer func() { _ = f.Close() }() // only read
	b := make([]byte, headerSize)
	n, _ := f.ReadAt(b, 0)
	h, ok := parseHeader(b[:n])
	if ok && h.version > formatVersion {
		return h, ok, fmt.Errorf("%w: %s has format %d, this version knows %d", errNewer, segmentName(id), h.version, formatVersion)
	}
	return h, ok, nil
}

// dropStale deletes segments that the MANIFEST had given up when the process ended.
func (r *recovery) dropStale() {
	if len(r.manifest.ids) == 0 {
		return
	}
	r.found = slices.DeleteFunc(r.found, func(f *found) bool {
		return f.id < r.manifest.ids[0] && r.log.disk.remove(r.path(f.id)) == nil
	})
}

// restoreNames gives a segment that somebody renamed its own name again, unless another one has it.
func (r *recovery) restoreNames() {
	for _, f := range r.found {
		id := f.header.id
		if !f.ok || id == f.id {
			continue
		}
		taken := slices.ContainsFunc(r.found, func(o *found) bool { return o.id == id })
		if taken || r.log.disk.rename(r.path(f.id), r.path(id)) != nil {
			f.ok = false // its records will not fit its name
			continue
		}
		r.report("", fmt.Sprintf("%s is really %s and was renamed", segmentName(f.id), segmentName(id)))
		f.id, r.rewrite = id, true
		r.log.nextID = max(r.log.nextID, id+1)
	}
	r.sort()
}

func (r *recovery) findMissing() {
	for _, id := range r.manifest.ids {
		r.log.nextID = max(r.log.nextID, id+1)
		if !slices.ContainsFunc(r.found, func(f *found) bool { return f.id == id }) {
			r.rewrite = true
			r.report("", fmt.Sprintf("segment %s is missing", segmentName(id)))
		}
	}
}

// knownEnd is where the committed records of a segment end, as the next one's header tells; 0 = not known.
func (r *recovery) knownEnd(i int) int64 {
	f := r.found[i]
	if i+1 == len(r.found) {
		return 0
	}
	next := r.found[i+1]
	end := next.header.prevEnd
	if !next.ok || next.id != f.id+1 || end < headerSize || end%alignment != 0 || end > maxRead || (f.ok && end > f.header.size) {
		return 0
	}
	return end
}

// keep makes a segment part of the log.
func (r *recovery) keep(s *segment) {
	r.log.segments = append(r.log.segments, s)
	r.log.bytes.Add(s.size)
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

// finish brings the MANIFEST in line with what was found. New events go into a new segment, so that nothing is ever
// written behind bytes of which nobody knows how they came there.
func (r *recovery) finish() error {
	r.log.excess = max(0, r.log.bytes.Load()+2*r.log.segmentSize-r.log.budget)
	if r.log.bytes.Load() <= r.log.budget {
		r.log.excess = 0
	}
	if !r.rewrite {
		return nil
	}
	err := r.log.writeManifest(r.log.segments)
	if err != nil && len(r.damage) > 0 {
		r.log.log.Error("cannot write the journal's MANIFEST", "error", err)
		return nil // the next new segment writes it; a start must not fail over damage
	}
	return err
}
