// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

const (
	// maxRead bounds what recovery reads of one file, so that a file that grew by accident cannot eat the memory. No
	// segment is that big: an event that needs a segment of its own is far smaller.
	maxRead = 2 * maxSegment
	// What cannot be read is read again, for a disk behind a network may be away for a moment.
	readTries  = 4
	retryDelay = 250 * time.Millisecond

	pagesPerUnit = 8 // 4 KiB each, as the kernel reads

	maxAside = 1000 // files of damaged bytes
)

// isMedium reports whether an error says that the disk has lost what was on it. Any other, such as too many open files,
// may be over at the next start.
func isMedium(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EBADMSG) || errors.Is(err, syscall.EUCLEAN)
}

// passing is an error that says nothing about the medium, or nil.
func passing(err error) error {
	if isMedium(err) {
		return nil
	}
	return err
}

// again does something until it succeeds, a few times.
func (r *recovery) again(do func() error) error {
	err := do()
	for try := 1; try < readTries && err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission); try++ {
		time.Sleep(r.options.patience)
		err = do()
	}
	return err
}

// read reads a file up to limit bytes.
func (r *recovery) read(name string, limit int64) (b []byte, err error) {
	err = r.again(func() (err error) {
		b, err = readFile(r.log.disk, filepath.Join(r.dir, name), min(limit, r.sizes[name]), r.options.unit/pagesPerUnit)
		return
	})
	return b, err
}

// span is a range of bad bytes in a segment.
type span struct {
	from, to int64
	reason   string
}

// replay uses what can be read of a segment. What is damaged is set aside, reported, and repaired in place, so that
// it is not found again at the next start. A segment that the disk does not give whole stays as it is.
func (r *recovery) replay(f *found) error {
	data, err := r.read(segmentName(f.id), maxRead)
	if passing(err) != nil {
		return err
	}
	if err = errors.Join(f.err, err); err != nil {
		f.unread = true
		r.report("", fmt.Sprintf("%s cannot be read whole: %v (left in place)", segmentName(f.id), err))
	}
	f.data, f.seed, f.end = data, newSeed(r.log.salt, f.id), int64(len(data))
	if f.ok {
		f.seed = newSeed(f.header.Salt, f.id)
	}
	if end := r.knownEnd(f); end > 0 {
		f.end, f.known, f.short = end, true, f.short || int64(len(data)) < end
	}
	good, bad := f.survey()
	if err := r.secure(f); err != nil {
		return fmt.Errorf("writing the end of %s again: %w", segmentName(f.id), err)
	}
	for _, off := range good {
		rec, size, _ := parse(f.data[off:], f.seed)
		if err := r.apply(rec, f.segment); err != nil {
			bad = append(bad, span{off, off + size, err.Error()})
		}
	}
	r.repair(f, bad)
	f.data = nil // one at a time
	return nil
}

// secure makes the last write of a segment durable whose end no header tells: it may be in the kernel's memory alone,
// after a kill or a sync that failed, and older segments are deleted for what is in it.
func (r *recovery) secure(f *found) error {
	if f.unread || f.known || f.last < headerSize || f.last >= f.end {
		return nil
	}
	return r.again(func() error {
		file, err := r.log.disk.open(r.path(f.id), os.O_RDWR)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // synced
		if _, err := file.WriteAt(f.data[f.last:f.end], f.last); err != nil {
			return err
		}
		return file.datasync()
	})
}

// survey finds the records and the bad spans of a segment, and where its records end.
func (f *found) survey() (good []int64, bad []span) {
	if !f.ok {
		bad = append(bad, span{0, headerSize, "bad header"})
	}
	data := f.data[:min(f.end, int64(len(f.data)))]
	off := int64(headerSize)
	for off < int64(len(data)) {
		rec, size, ok := parse(data[off:], f.seed)
		if ok {
			good, f.last = append(good, off), max(f.last, rec.batch)
			off += size
			continue
		}
		if !f.known && empty(data[off:]) {
			break
		}
		to := next(data, off+alignment, f.seed)
		if to < 0 {
			bad = append(bad, span{off, f.end, "bad record"})
			break
		}
		bad = append(bad, span{off, to, "bad record"})
		off = to
	}
	if !f.known {
		bad = f.judge(bad, off)
		n, _ := slices.BinarySearch(good, f.end)
		return good[:n], bad
	}
	if off >= int64(len(data)) && off < f.end {
		bad = append(bad, span{off, f.end, "the file is too short"})
	}
	return good, bad
}

// judge tells torn writes from damage in a segment whose end is not known, and finds that end. Bad bytes that a torn write
// explains end the segment without a word: they were never acknowledged. Only the last write of a segment can be torn,
// for each one is synced before the next.
func (f *found) judge(bad []span, off int64) []span {
	f.end = off
	for i, s := range bad {
		if s.from >= max(f.last, headerSize) && !f.short && !f.unread && torn(f.data, s.from, f.seed) {
			f.end = s.from
			return bad[:i]
		}
	}
	if f.short && (len(bad) == 0 || bad[len(bad)-1].to < int64(len(f.data))) {
		bad = append(bad, span{off, max(off, int64(len(f.data))), "the file is too short"})
	}
	return bad
}

// repair sets the bad spans of a segment aside and makes the file whole again, once it is on the disk that a resync is
// owed: the damage is not found again.
func (r *recovery) repair(f *found, bad []span) {
	if len(bad) == 0 || f.unread {
		return
	}
	r.log.owe(func(o *owed) { o.all = true })
	err := r.log.sweep()
	var file file
	if err == nil {
		file, err = r.log.disk.open(r.path(f.id), os.O_RDWR)
	}
	if err != nil {
		r.report("", fmt.Sprintf("%s is damaged and cannot be repaired: %v", segmentName(f.id), err))
		return
	}
	defer func() { _ = file.Close() }() // what was written is synced
	for _, s := range bad {
		size := int64(len(f.data))
		b := f.data[min(s.from, size):min(s.to, size)]
		reason := fmt.Sprintf("%s, bytes %d to %d: %s", segmentName(f.id), s.from, s.to, s.reason)
		if r.setAside(fmt.Sprintf("-%s-%d", segmentName(f.id), s.from), bytes.TrimRight(b, "\x00"), reason) {
			_, werr := file.WriteAt(r.instead(f, s), s.from)
			err = errors.Join(err, werr)
		}
	}
	if f.short {
		err = errors.Join(err, file.truncate(max(f.size, f.end)))
	}
	if err = errors.Join(err, file.sync()); err != nil {
		r.log.log.Error("cannot repair a journal segment", "segment", segmentName(f.id), "error", err)
	}
}

// instead is what overwrites a bad span: the header is made anew, a record becomes one that says to skip it, the tail zeros.
func (r *recovery) instead(f *found, s span) []byte {
	switch {
	case s.from == 0:
		return encodeHeader(header{Version: formatVersion, ID: f.id, Size: max(f.size, f.end), Salt: r.log.salt})
	case s.from >= f.end:
		return make([]byte, min(s.to, int64(len(f.data)))-s.from)
	case s.to-s.from >= minRecord:
		return appendSkip(nil, f.seed, s.from, s.to-s.from)
	}
	return nil
}

// setAside keeps damaged bytes in a file for people to look at, and reports the damage; false if they could not be kept,
// so they must stay where they are.
func (r *recovery) setAside(name string, b []byte, reason string) bool {
	path := ""
	switch {
	case len(b) == 0:
	case r.asides >= maxAside || r.aside+int64(len(b)) > r.options.MaxBytes/asidePart:
		reason += " (not kept: there are too many damaged-* files)"
	default:
		r.asides, r.lastAside, r.aside = r.asides+1, r.lastAside+1, r.aside+int64(len(b))
		path = filepath.Join(r.dir, fmt.Sprintf("damaged-%06d%s.bin", r.lastAside, name))
		if err := installBytes(r.log.disk, path, b); err != nil {
			r.report("", fmt.Sprintf("%s (left in place: %v)", reason, err))
			return false
		}
	}
	r.report(path, reason)
	return true
}

func (r *recovery) report(path, reason string) {
	r.damage = append(r.damage, Damage{File: path, Reason: reason})
	r.log.owe(func(o *owed) { o.all = true })
	r.log.log.Error("the journal is damaged; the rest is used", "reason", reason, "setAside", path)
}
