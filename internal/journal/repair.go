// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxRead bounds what recovery reads of one file, so that a file that grew by accident cannot eat the memory. No
// segment is that big: an event that needs a segment of its own is far smaller.
const maxRead = 2 * maxSegment

// span is a range of bad bytes in a segment.
type span struct {
	from, to int64
	reason   string
}

// content is a segment in memory.
type content struct {
	data       []byte
	seed       uint32
	unreadable bool // the disk did not give all of it; zeros stand for what is missing
	short      bool // the file is shorter than it was made
	end        int64
	known      bool // end is where committed records end, so whatever is bad before it was whole once
}

// replay uses what can be read of a segment. What is damaged is set aside, reported, and repaired in place, so that
// it is not found again at the next start.
func (r *recovery) replay(f *found, knownEnd int64) error {
	c, err := r.load(f, knownEnd)
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	if err != nil {
		r.moveAside(f, fmt.Sprintf("%s cannot be read: %v", segmentName(f.id), err))
		return nil
	}
	if len(c.data) < headerSize {
		r.removeStump(f, c)
		return nil
	}
	spans := r.survey(f, &c)
	s := &segment{id: f.id, size: max(f.size, f.header.size), end: c.end}
	r.keep(s)
	for off := int64(headerSize); off < c.end; {
		if i := indexSpan(spans, off); i >= 0 {
			off = spans[i].to
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
	r.repair(f, c, spans)
	return nil
}

func indexSpan(spans []span, from int64) int {
	for i, s := range spans {
		if s.from == from {
			return i
		}
	}
	return -1
}

// load reads a segment.
func (r *recovery) load(f *found, knownEnd int64) (content, error) {
	file, err := r.log.disk.open(r.path(f.id), os.O_RDONLY)
	if err != nil {
		return content{}, err
	}
	defer func() { _ = file.Close() }() // only read
	size := min(f.size, maxRead)
	c := content{data: make([]byte, size), seed: newSeed(r.log.salt, f.id)}
	if f.ok {
		c.seed = newSeed(f.header.salt, f.id)
	}
	c.unreadable = readAll(file, c.data)
	c.short = f.ok && f.size < f.header.size
	c.end, c.known = size, knownEnd > 0
	if c.known {
		c.end = knownEnd
		c.short = c.short || size < knownEnd
	}
	return c, nil
}

// readAll fills b, page by page where the disk fails, and tells whether it did.
func readAll(f file, b []byte) (failed bool) {
	if _, err := f.ReadAt(b, 0); err == nil || errors.Is(err, io.EOF) {
		return false
	}
	const page = 4096
	for off := 0; off < len(b); off += page {
		part := b[off:min(off+page, len(b))]
		if _, err := f.ReadAt(part, int64(off)); err != nil {
			clear(part)
		}
	}
	return true
}

// survey finds the bad spans of a segment and where its records end. Bad bytes that a torn write explains end the
// segment without a word: they were never acknowledged. Only the last write of a segment can be torn, for each one
// is synced before the next.
func (r *recovery) survey(f *found, c *content) []span {
	var spans []span
	if !f.ok {
		spans = append(spans, span{0, headerSize, "bad header"})
	}
	data := c.data[:min(c.end, int64(len(c.data)))]
	lastBatch, off := int64(0), int64(headerSize)
	for off < int64(len(data)) {
		rec, size, ok := parse(data[off:], c.seed)
		if ok {
			lastBatch = max(lastBatch, rec.batch)
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
		spans = r.judge(c, spans, lastBatch, off)
	}
	return spans
}

// judge tells torn writes from damage in a segment whose end is not known, and finds that end.
func (r *recovery) judge(c *content, spans []span, lastBatch, off int64) []span {
	c.end = off
	for i, s := range spans {
		if s.from >= max(lastBatch, headerSize) && !c.short && !c.unreadable && torn(c.data, s.from, c.seed) {
			c.end = s.from
			return spans[:i]
		}
	}
	if c.short && (len(spans) == 0 || spans[len(spans)-1].to < int64(len(c.data))) {
		spans = append(spans, span{off, max(off, int64(len(c.data))), "the file is too short"})
	}
	return spans
}

// repair sets the bad spans of a segment aside and makes the file whole again.
func (r *recovery) repair(f *found, c content, spans []span) {
	if len(spans) == 0 {
		return
	}
	file, err := r.log.disk.open(r.path(f.id), os.O_RDWR)
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
			err = errors.Join(err, r.mend(file, f, c, s))
		}
	}
	if c.short {
		err = errors.Join(err, file.truncate(max(f.header.size, c.end)))
	}
	if err = errors.Join(err, file.sync()); err != nil {
		r.log.log.Error("cannot repair a journal segment", "segment", segmentName(f.id), "error", err)
	}
}

// mend overwrites a bad span: the header with a new one, a record with one that says to skip it, the tail with zeros.
func (r *recovery) mend(file file, f *found, c content, s span) error {
	var b []byte
	switch {
	case s.from == 0:
		f.header = header{version: formatVersion, id: f.id, size: max(f.size, c.end), salt: r.log.salt}
		b = encodeHeader(f.header)
	case s.from >= c.end:
		b = make([]byte, min(s.to, int64(len(c.data)))-s.from)
	case s.to-s.from >= headSize:
		b = appendSkip(nil, c.seed, s.from, s.to-s.from)
	}
	_, err := file.WriteAt(b, s.from)
	return err
}

// removeStump sets a file aside that is too short for a header.
func (r *recovery) removeStump(f *found, c content) {
	reason := segmentName(f.id) + ": the file is too short for a header"
	if r.setAside("-"+segmentName(f.id), c.data, reason) {
		_ = r.log.disk.remove(r.path(f.id))
	}
	r.rewrite = true
}

// moveAside gives a segment that cannot even be opened another name, for the disk may give it back some day.
func (r *recovery) moveAside(f *found, reason string) {
	path, err := r.damaged.adopt("-"+segmentName(f.id), r.path(f.id))
	if err != nil {
		reason = fmt.Sprintf("%s (left in place: %v)", reason, err)
	}
	r.rewrite = true
	r.report(path, reason)
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
	if err != nil && !errors.Is(err, ErrAsideFull) {
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
	r.log.log.Error("the journal is damaged; the rest is used", "reason", reason, "setAside", path)
}
