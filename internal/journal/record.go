// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// kind says what a record is. The numbers are part of the format.
type kind uint8

const (
	kindHeader     kind = 1 // first record of a segment
	kindEvent      kind = 2 // one event; seq is its own
	kindCarried    kind = 3 // all that is pending of a group up to seq, folded; replaces what came before
	kindCheckpoint kind = 4 // payload is a key; the API server has accepted its events up to seq
	kindSkip       kind = 5 // damaged bytes that were set aside; the payload means nothing and has no checksum
)

const (
	headSize   = 24 // length, batch, kind and seq, two checksums
	alignment  = 8  // of every record, so that a scan after damage need not look at every byte
	minRecord  = headSize + alignment
	sectorSize = 512 // the smallest piece a disk writes, and so tears

	// padding ends every record, with one byte at least. It is not zero, as a disk is where nothing was ever written.
	padding = 0xff
)

// record is one unit of the log. batch is the offset at which the write began that brought it.
type record struct {
	kind    kind
	seq     uint64
	batch   int64
	payload []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// newSeed is what the checksums of a segment start from. It holds a random number that nobody outside knows, so text
// from untrusted senders cannot contain bytes that a scan after damage would take for a record; and the segment's id, so
// that blocks of another segment are not taken for this one's.
func newSeed(salt, id uint64) uint32 {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], salt)
	binary.LittleEndian.PutUint64(b[8:], id)
	return crc32.Checksum(b[:], castagnoli)
}

// recordSize is what a payload of n bytes takes on disk.
func recordSize(n int) int { return headSize + padded(n) }

func padded(n int) int { return (n + alignment) &^ (alignment - 1) }

// appendRecord appends the encoding of r to dst, which must be aligned.
func appendRecord(dst []byte, seed uint32, r record) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, headSize)...)
	dst = append(dst, r.payload...)
	for range padded(len(r.payload)) - len(r.payload) {
		dst = append(dst, padding)
	}
	putHead(dst[start:], seed, r, len(r.payload), crc32.Update(seed, castagnoli, dst[start+headSize:]))
	return dst
}

// appendSkip is the head of a record that jumps over size bytes in all, at least minRecord.
func appendSkip(dst []byte, seed uint32, batch, size int64) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, headSize)...)
	putHead(dst[start:], seed, record{kind: kindSkip, batch: batch}, int(size)-headSize-1, 0)
	return dst
}

func putHead(head []byte, seed uint32, r record, length int, sum uint32) {
	binary.LittleEndian.PutUint32(head[0:], uint32(length))
	binary.LittleEndian.PutUint32(head[4:], uint32(r.batch/alignment))
	binary.LittleEndian.PutUint64(head[8:], r.seq<<8|uint64(r.kind))
	binary.LittleEndian.PutUint32(head[16:], sum)
	binary.LittleEndian.PutUint32(head[20:], crc32.Update(seed, castagnoli, head[:20]))
}

// parse reads the record at the start of b; its payload points into b. size is what the record takes on disk, also
// when only its payload is bad, and 0 when its head is: the head has a checksum of its own, so a flipped bit in
// the length cannot pass for a write that was cut short.
func parse(b []byte, seed uint32) (r record, size int64, ok bool) {
	if len(b) < headSize || crc32.Update(seed, castagnoli, b[:20]) != binary.LittleEndian.Uint32(b[20:]) {
		return record{}, 0, false
	}
	tag := binary.LittleEndian.Uint64(b[8:])
	r = record{kind: kind(tag), seq: tag >> 8, batch: int64(binary.LittleEndian.Uint32(b[4:])) * alignment}
	length := int64(binary.LittleEndian.Uint32(b))
	size = int64(recordSize(int(length)))
	if size > int64(len(b)) {
		return r, size, false
	}
	sum := binary.LittleEndian.Uint32(b[16:])
	if r.kind != kindSkip && crc32.Update(seed, castagnoli, b[headSize:size]) != sum {
		return r, size, false
	}
	r.payload = b[headSize : headSize+length]
	return r, size, true
}

// next returns the offset of the first whole record at or after from, or -1.
func next(b []byte, from int64, seed uint32) int64 {
	for off := from; off+headSize <= int64(len(b)); off += alignment {
		if binary.LittleEndian.Uint64(b[off+8:]) == 0 { // cheap way over empty space
			continue
		}
		if _, _, ok := parse(b[off:], seed); ok {
			return off
		}
	}
	return -1
}

// torn reports whether the bad record at off looks like a write that was not finished: it ends with what was never
// written, or one of the sectors that it touches was never written. Anything else, such as a flipped bit, is damage.
func torn(b []byte, off int64, seed uint32) bool {
	_, size, _ := parse(b[off:], seed)
	end := min(off+max(size, headSize), int64(len(b)))
	if size == 0 && empty(b[end:]) || size > 0 && b[end-1] == 0 {
		return true
	}
	for off < end {
		sector := min(off/sectorSize*sectorSize+sectorSize, int64(len(b)))
		if empty(b[off:sector]) {
			return true
		}
		off = sector
	}
	return false
}

func empty(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }
