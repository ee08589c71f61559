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
	formatVersion = 3

	minSegment = 32 << 10 // bytes; smaller ones would spend more on files than on events
	maxSegment = 64 << 20 // bytes; recovery reads one segment at a time into memory
)

// segmentMagic is how the payload of a segment's header begins.
const segmentMagic = "IMGJSEG\n"

const (
	headerPayload = 56
	headerSize    = headSize + headerPayload + alignment
)

// segment is a file of the log.
type segment struct {
	id   uint64
	size int64 // of the file
	end  int64 // where its committed records end
	old  bool  // it was there at the start

	// unread is set where the disk did not give all of it. It is kept, and no header says where it ends: the next start
	// may be able to read it.
	unread bool

	// Guarded by pending.mu.
	live *entry // entries whose oldest needed record is in here
	cost int64  // what it takes at most to carry them forward
}

func segmentName(id uint64) string { return fmt.Sprintf("%016x.log", id) }

// segmentID is the reverse of segmentName.
func segmentID(name string) (id uint64, ok bool) {
	if _, err := fmt.Sscanf(name, "%016x.log", &id); err != nil {
		return 0, false
	}
	return id, name == segmentName(id)
}

// header is the payload of the first record of a segment. Magic and Version stay where they are in every version.
type header struct {
	Magic   [8]byte
	Version uint32
	_       uint32
	ID      uint64
	Size    int64
	Salt    uint64
	Prev    uint64 // the segment before; 0 = none, or its end is not known
	PrevEnd int64  // where its committed records end
}

// encodeHeader encodes a header. Its checksum starts from nothing, as the header itself holds the salt.
func encodeHeader(h header) []byte {
	copy(h.Magic[:], segmentMagic)
	p, _ := binary.Append(nil, binary.LittleEndian, h) // it has a fixed size
	return appendRecord(nil, 0, record{kind: kindHeader, payload: p})
}

// parseHeader reads a header of any version; only the version is known of one that is not this package's.
func parseHeader(b []byte) (h header, ok bool) {
	r, _, ok := parse(b, 0)
	if !ok || r.kind != kindHeader || len(r.payload) < 12 || string(r.payload[:8]) != segmentMagic {
		return header{}, false
	}
	if h.Version = binary.LittleEndian.Uint32(r.payload[8:]); h.Version != formatVersion {
		return h, true
	}
	if len(r.payload) != headerPayload {
		return header{}, false
	}
	_, err := binary.Decode(r.payload, binary.LittleEndian, &h)
	return h, err == nil
}

// createSegment makes a segment of its full size with its header and opens it for writing.
func createSegment(d disk, dir string, h header) (file, error) {
	path := filepath.Join(dir, segmentName(h.ID))
	err := install(d, path, func(f file) error {
		if err := f.allocate(h.Size); err != nil {
			return err
		}
		_, err := f.WriteAt(encodeHeader(h), 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.open(path, os.O_RDWR)
}
