// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

const (
	formatVersion = 1

	minSegment = 32 << 10 // bytes; smaller ones would spend more on files than on events
	maxSegment = 64 << 20 // bytes; recovery reads one segment at a time into memory
)

// segmentMagic is how the payload of a segment's header begins.
const segmentMagic = "IMGJSEG\n"

const (
	headerPayload = 48
	headerSize    = headSize + headerPayload
)

// segment is a file of the log.
type segment struct {
	id   uint64
	size int64  // of the file
	end  int64  // where its committed records end
	live *entry // entries whose oldest needed record is in here; guarded by pending.mu
}

func segmentName(id uint64) string { return fmt.Sprintf("%016x.log", id) }

// segmentID is the reverse of segmentName.
func segmentID(name string) (id uint64, ok bool) {
	if _, err := fmt.Sscanf(name, "%016x.log", &id); err != nil {
		return 0, false
	}
	return id, name == segmentName(id)
}

// header is the first record of a segment.
type header struct {
	version uint32
	id      uint64
	size    int64
	salt    uint64
	prevEnd int64 // where the committed records of the segment before end; 0 = not known
	seq     uint64
}

// encodeHeader encodes a header. Its checksum starts from nothing, as the header itself holds the salt.
func encodeHeader(h header) []byte {
	p := make([]byte, 0, headerPayload)
	p = append(p, segmentMagic...)
	p = binary.LittleEndian.AppendUint32(p, h.version)
	p = binary.LittleEndian.AppendUint32(p, 0)
	p = binary.LittleEndian.AppendUint64(p, h.id)
	p = binary.LittleEndian.AppendUint64(p, uint64(h.size))
	p = binary.LittleEndian.AppendUint64(p, h.salt)
	p = binary.LittleEndian.AppendUint64(p, uint64(h.prevEnd))
	return appendRecord(nil, 0, record{kind: kindHeader, seq: h.seq, payload: p})
}

func parseHeader(b []byte) (h header, ok bool) {
	r, _, ok := parse(b, 0)
	if !ok || r.kind != kindHeader || len(r.payload) < headerPayload || string(r.payload[:8]) != segmentMagic {
		return header{}, false
	}
	p := r.payload
	return header{
		version: binary.LittleEndian.Uint32(p[8:]),
		id:      binary.LittleEndian.Uint64(p[16:]),
		size:    int64(binary.LittleEndian.Uint64(p[24:])),
		salt:    binary.LittleEndian.Uint64(p[32:]),
		prevEnd: int64(binary.LittleEndian.Uint64(p[40:])),
		seq:     r.seq,
	}, true
}

// createSegment makes a segment of its full size with its header and opens it for writing.
func createSegment(d disk, dir string, h header) (file, error) {
	path := filepath.Join(dir, segmentName(h.id))
	err := install(d, path, func(f file) error {
		if err := f.allocate(h.size); err != nil {
			return err
		}
		_, err := f.WriteAt(encodeHeader(h), 0)
		return err
	})
	if err != nil {
		_ = d.remove(path) // no event is in it yet
		return nil, err
	}
	return d.open(path, os.O_RDWR)
}
