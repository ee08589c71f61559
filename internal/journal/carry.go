// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import "github.com/imgroup-operator/imgroup-operator/internal/event"

// The log may hold F bytes of segments within its budget B, and carrying forward all that is pending takes at most C
// bytes (see costOf). Appends begin a new segment only when F + its size + C + carrySlack segments stay within B, so
// there is always room to carry everything forward, after which F is about C. The bound of C is such that appends
// have room again then; it lets pending events take about a third of MaxBytes.
const carrySlack = 3

// load is an entry on its way to the head of the log.
type load struct {
	entry *entry
	ev    event.Event
	upTo  uint64
}

// room makes sure that the active segment can take appends of size bytes, if need be by carrying forward.
func (j *Journal) room(size int64) error {
	if j.log.left() >= size {
		return nil
	}
	if !j.mayRoll(size) {
		j.log.trim(j.dead)
	}
	for last := j.log.nextID; !j.mayRoll(size); {
		if len(j.log.segments) == 0 || j.log.segments[0].id >= last {
			return ErrFull // all has been carried forward once
		}
		if err := j.carry(); err != nil {
			return err
		}
	}
	if j.log.left() >= size {
		return nil // carrying forward began a new one
	}
	return j.roll(size)
}

// mayRoll tells whether appends may begin a new segment.
func (j *Journal) mayRoll(size int64) bool {
	j.pending.mu.Lock()
	reserve := j.pending.cost + carrySlack*j.log.segmentSize
	j.pending.mu.Unlock()
	return j.log.fits(j.log.sizeFor(size), reserve)
}

// spare makes sure that the active segment can take checkpoints and carried events, which may use the reserve.
func (j *Journal) spare(size int64) error {
	if j.log.left() >= size {
		return nil
	}
	if !j.log.fits(j.log.sizeFor(size), 0) {
		if j.log.trim(j.dead); !j.log.fits(j.log.sizeFor(size), 0) {
			return ErrFull
		}
	}
	return j.roll(size)
}

// roll begins a new segment. On a full disk it may help to delete what nobody needs.
func (j *Journal) roll(size int64) error {
	err := j.log.roll(size)
	if err != nil {
		before := len(j.log.segments)
		if j.log.trim(j.dead); len(j.log.segments) < before {
			err = j.log.roll(size)
		}
	}
	return err
}

// carry writes one batch of the oldest segment's entries at the head, and deletes the segment when it is empty.
func (j *Journal) carry() error {
	loads, size := j.oldest(j.batchLimit)
	if len(loads) > 0 {
		if err := j.spare(size); err != nil {
			return err
		}
		if err := j.log.write(j.encode(nil, nil, loads)); err != nil {
			return err
		}
		j.landed(loads)
	}
	if len(j.log.segments) == 1 && len(loads) == 0 {
		return ErrFull
	}
	j.log.trim(j.dead)
	return nil
}

// loads lets a few old entries ride with a batch of size bytes when the log is near its bound, so that appends
// seldom have to wait for room.
func (j *Journal) loads(size int64) []load {
	limit := min(j.batchLimit/4, j.log.left()-size)
	if limit <= 0 || j.mayRoll(0) {
		return nil
	}
	loads, n := j.oldest(limit)
	if n > limit { // a single big one
		return nil
	}
	return loads
}

// oldest picks entries of the oldest segment, of limit bytes together but at least one if there is any.
func (j *Journal) oldest(limit int64) (loads []load, size int64) {
	if len(j.log.segments) < 2 {
		return nil, 0
	}
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	for e := j.log.segments[0].live; e != nil; e = e.next {
		s := j.pending.all(e)
		if len(loads) > 0 && size+s.size > limit {
			break
		}
		loads = append(loads, load{e, s.ev, s.upTo})
		size += s.size
	}
	return loads, size
}

// landed tells that the entries are durable in the active segment.
func (j *Journal) landed(loads []load) {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	for _, c := range loads {
		j.pending.carried(c.entry, j.log.active())
	}
}

// dead tells whether a segment holds nothing that is still needed.
func (j *Journal) dead(s *segment) bool {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	return s.live == nil
}

// tidy deletes the oldest segment as soon as nobody needs it.
func (j *Journal) tidy() {
	if len(j.log.segments) > 1 && j.dead(j.log.segments[0]) {
		j.log.trim(j.dead)
	}
}
