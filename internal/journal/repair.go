// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	err = r.again(func() (err error) { b, err = readFile(r.log.disk, filepath.Join(r.dir, name), limit); return })
	return b, err
}

// span is a range of bad bytes in a segment.
type span struct {
	from, to int64
	reason   string
}

// content is a segment in memory.
type content struct {
	data  []byte
	seed  uint32
	short bool // the file is shorter than it was made
	end   int64
	known bool  // end is where committed records end, so whatever is bad before it was whole once
	last  int64 // where the last write began
}

// replay uses what can be read of a segment. What is damaged is set aside, reported, and repaired in place, so that
// it is not found again at the next start. A segment that the disk does not give whole stays as it is.
func (r *recovery) replay(f *found) error {
	if !r.listed(f.id) && r.stale(f.id) {
		r.giveUp(f)
		return nil
	}
	s := &segment{id: f.id, size: max(f.size, f.header.size)}
	b, err := r.read(segmentName(f.id), maxRead)
	if err != nil && !isMedium(err) {
		return err
	}
	if err = errors.Join(f.err, err); err != nil {
		var passing error
		if b, passing = r.readPages(f); passing != nil {
			return passing
		}
		s.unread = true
		r.report("", fmt.Sprintf("%s cannot be read whole: %v (left in place)", segmentName(f.id), err))
	}
	c := r.content(f, b)
	spans := r.survey(f, &c, s.unread)
	if !s.unread && !r.listed(f.id) && len(spans) == 0 && c.end == headerSize { // a roll that failed
		r.giveUp(f)
		return nil
	}
	s.end = c.end
	r.keep(s)
	if !s.unread {
		if err := r.secure(f, c); err != nil {
			return fmt.Errorf("writing the end of %s again: %w", segmentName(f.id), err)
		}
	}
	spans = r.applyAll(s, c, spans)
	if !s.unread {
		r.repair(f, c, spans)
	}
	return nil
}

// secure makes the last write of a segment durable whose end no header tells: it may be in the kernel's memory alone,
// after a kill or a sync that failed, and older segments are deleted for what is in it.
func (r *recovery) secure(f *found, c content) error {
	if c.known || c.last < headerSize || c.last >= c.end {
		return nil
	}
	return r.again(func() error {
		file, err := r.log.disk.open(r.path(f.id), os.O_RDWR)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // synced
		if _, err := file.WriteAt(c.data[c.last:c.end], c.last); err != nil {
			return err
		}
		return file.datasync()
	})
}

// readPages reads what the disk gives of a file, with zeros for the rest. An error says nothing about the medium.
func (r *recovery) readPages(f *found) ([]byte, error) {
	b := make([]byte, min(f.size, maxRead))
	file, err := r.log.disk.open(r.path(f.id), os.O_RDONLY)
	if err != nil {
		return b, passing(err)
	}
	defer func() { _ = file.Close() }() // only read
	const page = 4096
	for off := 0; off < len(b); off += page {
		part := b[off:min(off+page, len(b))]
		if _, err := file.ReadAt(part, int64(off)); passing(err) != nil {
			return nil, err
		} else if err != nil {
			clear(part)
		}
	}
	return b, nil
}

func (r *recovery) content(f *found, b []byte) content {
	c := content{data: b, seed: newSeed(r.log.salt, f.id), end: int64(len(b)), short: f.ok && f.size < f.header.size}
	if f.ok {
		c.seed = newSeed(f.header.salt, f.id)
	}
	if end := r.knownEnd(f); end > 0 {
		c.end, c.known = end, true
		c.short = c.short || int64(len(b)) < end
	}
	return c
}

// applyAll replays the records between the bad spans, and returns those and what else makes no sense.
func (r *recovery) applyAll(s *segment, c content, spans []span) []span {
	bad := map[int64]int64{}
	for _, s := range spans {
		bad[s.from] = s.to
	}
	for off := int64(headerSize); off < c.end; {
		if to, ok := bad[off]; ok {
			off = to
			continue
		}
		rec, size, ok := parse(c.data[off:min(c.end, int64(len(c.data)))], c.seed)
		if !ok {
			break // not reached: survey has seen all of them
		}
		if err := r.apply(rec, s); err != nil {
			spans = append(spans, span{off, off + size, err.Error()})
		}
		off += size
	}
	return spans
}

// survey finds the bad spans of a segment and where its records end. Bad bytes that a torn write explains end the
// segment without a word: they were never acknowledged. Only the last write of a segment can be torn, for each one
// is synced before the next.
func (r *recovery) survey(f *found, c *content, unread bool) []span {
	var spans []span
	if !f.ok {
		spans = append(spans, span{0, headerSize, "bad header"})
	}
	data := c.data[:min(c.end, int64(len(c.data)))]
	off := int64(headerSize)
	for off < int64(len(data)) {
		rec, size, ok := parse(data[off:], c.seed)
		if ok {
			c.last = max(c.last, rec.batch)
			off += size
			continue
		}
		if !c.known && empty(data[off:]) {
			break
		}
		to := next(data, off+alignment, c.seed)
		if to < 0 {
			spans = append(spans, span{off, c.end, "bad record"})
			break
		}
		spans = append(spans, span{off, to, "bad record"})
		off = to
	}
	if c.known && off >= int64(len(data)) && off < c.end {
		spans = append(spans, span{off, c.end, "the file is too short"})
	}
	if !c.known {
		spans = judge(c, spans, off, unread)
	}
	return spans
}

// judge tells torn writes from damage in a segment whose end is not known, and finds that end.
func judge(c *content, spans []span, off int64, unread bool) []span {
	c.end = off
	for i, s := range spans {
		if s.from >= max(c.last, headerSize) && !c.short && !unread && torn(c.data, s.from, c.seed) {
			c.end = s.from
			return spans[:i]
		}
	}
	if c.short && (len(spans) == 0 || spans[len(spans)-1].to < int64(len(c.data))) {
		spans = append(spans, span{off, max(off, int64(len(c.data))), "the file is too short"})
	}
	return spans
}

// repair sets the bad spans of a segment aside and makes the file whole again, once it is on the disk that a resync is
// owed: the damage is not found again.
func (r *recovery) repair(f *found, c content, spans []span) {
	if len(spans) == 0 {
		return
	}
	err := r.owe()
	var file file
	if err == nil {
		file, err = r.log.disk.open(r.path(f.id), os.O_RDWR)
	}
	if err != nil {
		r.report("", fmt.Sprintf("%s is damaged and cannot be repaired: %v", segmentName(f.id), err))
		return
	}
	defer func() { _ = file.Close() }() // what was written is synced
	for _, s := range spans {
		size := int64(len(c.data))
		b := c.data[min(s.from, size):min(s.to, size)]
		reason := fmt.Sprintf("%s, bytes %d to %d: %s", segmentName(f.id), s.from, s.to, s.reason)
		if r.setAside(fmt.Sprintf("-%s-%d", segmentName(f.id), s.from), trimZeros(b), reason) {
			err = errors.Join(err, r.fix(file, f, c, s))
		}
	}
	if c.short {
		err = errors.Join(err, file.truncate(max(f.header.size, c.end)))
	}
	if err = errors.Join(err, file.sync()); err != nil {
		r.log.log.Error("cannot repair a journal segment", "segment", segmentName(f.id), "error", err)
	}
}

// owe makes it durable that a resync is owed to all apps, before the first repair.
func (r *recovery) owe() error {
	r.owed.change(func() { r.owed.all = true })
	if r.owing {
		return nil
	}
	m := r.manifest
	m.salt, m.nextID, m.seq, m.all = r.log.salt, r.log.nextID, r.log.seq, true
	_, m.owed, _ = r.owed.snapshot()
	err := installBytes(r.log.disk, filepath.Join(r.dir, manifestName), appendManifest(nil, m))
	r.owing = err == nil
	return err
}

// fix overwrites a bad span: the header with a new one, a record with one that says to skip it, the tail with zeros.
func (r *recovery) fix(file file, f *found, c content, s span) error {
	var b []byte
	switch {
	case s.from == 0:
		f.header = header{version: formatVersion, id: f.id, size: max(f.size, c.end), salt: r.log.salt}
		b = encodeHeader(f.header)
	case s.from >= c.end:
		b = make([]byte, min(s.to, int64(len(c.data)))-s.from)
	case s.to-s.from >= minRecord:
		b = appendSkip(nil, c.seed, s.from, s.to-s.from)
	}
	_, err := file.WriteAt(b, s.from)
	return err
}

func trimZeros(b []byte) []byte {
	n := len(b)
	for n > 0 && b[n-1] == 0 {
		n--
	}
	return b[:n]
}

// setAside keeps damaged bytes for people to look at and reports the damage; false if they could not be kept, so
// they must stay where they are.
func (r *recovery) setAside(rest string, b []byte, reason string) bool {
	if len(b) == 0 {
		r.report("", reason)
		return true
	}
	path, err := r.damaged.put(rest+".bin", b)
	if err != nil && !errors.Is(err, errAsideFull) {
		r.report("", fmt.Sprintf("%s (left in place: %v)", reason, err))
		return false
	}
	if err != nil {
		reason = fmt.Sprintf("%s (not kept: %v)", reason, err)
	}
	r.report(path, reason)
	return true
}

func (r *recovery) report(path, reason string) {
	r.damage = append(r.damage, Damage{File: path, Reason: reason})
	r.owed.change(func() { r.owed.all = true })
	r.log.log.Error("the journal is damaged; the rest is used", "reason", reason, "setAside", path)
}
