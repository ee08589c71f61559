// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"math"
	"slices"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	// slack is the segments that stay free beside what compaction may need: what is left empty at the ends of segments,
	// and checkpoints.
	slack = 3
	// maxStep bounds the bytes that compaction adds to one batch: some ten milliseconds of a disk.
	maxStep = 8 << 20
	// minStep is worth a record or two.
	minStep = 4 << 10
	// haste is how much faster than it must compaction works, since groups may grow meanwhile.
	haste = 2
)

// load is an entry on its way to the head of the log.
type load struct {
	entry *entry
	ev    event.Event
	upTo  uint64
}

// room is how many bytes the log may still grow by in all, and how many before it keeps too little for compaction. The
// limit is the budget, or what a journal that was larger once needs until its old segments are written. The caller
// holds pending.mu.
func (j *Journal) room() (all, appends int64) {
	spare, old := slack*j.log.segmentSize, int64(0)
	for _, s := range j.log.segments {
		if s.old {
			old += s.size
		}
	}
	all = max(j.log.budget, old+2*(j.pending.cost+spare)) - j.log.bytes.Load()
	return all, all - j.overshoot() - spare
}

// overshoot is how much the log may grow while compaction frees the sealed segments one after another: groups whose
// first event is in an old segment may have grown since.
func (j *Journal) overshoot() (most int64) {
	sum := int64(0)
	for _, s := range j.log.sealed() {
		sum += s.cost
		most = max(most, sum)
		if !s.unread {
			sum -= s.size
		}
	}
	return most
}

// debt is how many bytes are to be carried forward with a batch of size bytes, so that all segments of this round are
// free before room ends. A round begins when half of what may be garbage is, or when room gets short.
func (j *Journal) debt(size int64) int64 {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	_, room := j.room()
	sealed := j.log.sealed()
	if j.round == 0 && len(sealed) > 0 && (j.log.bytes.Load() > (j.log.budget+j.pending.cost)/2 || room < j.log.budget/8) {
		j.round = sealed[len(sealed)-1].id
	}
	owed := int64(0)
	for _, s := range sealed {
		if s.id <= j.round {
			owed += s.cost
		}
	}
	switch {
	case owed == 0:
		j.round = 0
		return 0
	case room <= size:
		return j.step()
	}
	return min(max(minStep, haste*size*owed/room), j.step())
}

// step is the most that compaction adds to one batch.
func (j *Journal) step() int64 { return min(maxStep, j.log.segmentSize/2) }

// fit makes sure that the active segment can take appends of size bytes and markSize bytes of checkpoints. If the log is
// full it does a step of compaction, so that whoever tries again finds room.
func (j *Journal) fit(size, markSize int64) error {
	if size == 0 {
		return j.makeRoom(max(markSize, minRecord), false)
	}
	err := j.makeRoom(size+markSize, true)
	if !errors.Is(err, ErrFull) {
		return err
	}
	if err := j.compact(); err != nil {
		return err
	}
	return j.makeRoom(size+markSize, true)
}

// makeRoom makes sure that the active segment can take size bytes. Only checkpoints and carried entries may use what is
// kept free for them.
func (j *Journal) makeRoom(size int64, appends bool) error {
	if j.log.left() >= size {
		return nil
	}
	j.trim()
	j.pending.mu.Lock()
	room, some := j.room()
	j.pending.mu.Unlock()
	if appends {
		room = some
	}
	if room < j.log.sizeFor(size) {
		return ErrFull
	}
	return j.log.roll(size)
}

// compact carries a step's worth of entries forward by itself.
func (j *Journal) compact() error {
	if j.debt(j.step()) == 0 {
		return nil
	}
	loads, size := j.oldest(j.step(), j.step())
	if len(loads) == 0 {
		loads, size = j.oldest(0, math.MaxInt64) // a big one
	}
	err := j.makeRoom(size, false)
	if err == nil {
		err = j.log.write(j.encode(nil, nil, loads))
	}
	if err == nil {
		j.landed(nil, loads)
	}
	return err
}

// loads picks the entries that ride with a batch of size bytes, for which there is room in the active segment.
func (j *Journal) loads(size int64) ([]load, error) {
	debt := j.debt(size)
	if debt == 0 {
		return nil, nil
	}
	loads, _ := j.oldest(debt, j.log.left()-size)
	if len(loads) > 0 {
		return loads, nil
	}
	big, n := j.oldest(0, math.MaxInt64) // it does not fit in what is left
	if n < j.pending.bigRecord || j.log.bytes.Load()+j.log.sizeFor(size+n) > j.log.budget {
		return nil, nil // it will in the next segment
	}
	return big, j.log.roll(size + n)
}

// oldest picks entries of the oldest segments of the round: as many as make want bytes together, but no more than
// limit, and one whatever is wanted.
func (j *Journal) oldest(want, limit int64) (loads []load, size int64) {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	for _, s := range j.log.sealed() {
		for e := s.live; e != nil && s.id <= j.round; e = e.next {
			all := j.pending.all(e)
			if size+all.size > limit || len(loads) > 0 && size >= want {
				return loads, size
			}
			loads = append(loads, load{e, all.ev, all.upTo})
			size += all.size
		}
	}
	return loads, size
}

// trim deletes the oldest segments as long as nobody needs them. It keeps those that could not be read.
func (j *Journal) trim() {
	j.pending.mu.Lock()
	needed := slices.IndexFunc(j.log.segments, func(s *segment) bool { return s.live != nil })
	j.pending.mu.Unlock()
	if needed < 0 {
		needed = len(j.log.segments)
	}
	j.log.trim(min(needed, len(j.log.sealed())))
}
