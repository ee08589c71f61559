// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	manifestName  = "MANIFEST"
	manifestMagic = "IMGJMAN\n"
	manifestMax   = 64 << 20 // bytes; no journal has that many segments and apps
)

var errManifest = errors.New("bad MANIFEST")

// errVersion means that a version of the operator with another format wrote the journal.
var errVersion = errors.New("the journal was written by another version")

func otherVersion(what string, v uint32) error {
	return fmt.Errorf("%w: %s has format %d, this version knows %d; let the version that wrote it write what is pending, or delete the folder",
		errVersion, what, v, formatVersion)
}

// manifest says which segments there must be, so that a lost file shows, and what is owed.
type manifest struct {
	manifestHead
	ids  []uint64
	owed []App // to which a resync is owed
}

// manifestHead is the fixed part. Magic and Version stay where they are in every version, and so does the checksum at the
// end of the file.
type manifestHead struct {
	Magic   [8]byte
	Version uint32
	IDs     uint32 // number of ids
	Salt    uint64
	NextID  uint64 // no segment had it when this was written
	Seq     uint64 // of the newest event then
	All     bool   // a resync is owed to every app
	_       [7]byte
}

func encodeManifest(m manifest) []byte {
	copy(m.Magic[:], manifestMagic)
	m.Version, m.IDs = formatVersion, uint32(len(m.ids))
	b, _ := binary.Append(nil, binary.LittleEndian, m.manifestHead) // these have a fixed size
	b, _ = binary.Append(b, binary.LittleEndian, m.ids)
	for _, a := range m.owed {
		b = event.AppendKey(b, event.Key{Namespace: a.Namespace, App: a.Name})
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func parseManifest(b []byte) (m manifest, err error) {
	n := len(b) - 4
	if n < 12 || string(b[:8]) != manifestMagic || crc32.Checksum(b[:n], castagnoli) != binary.LittleEndian.Uint32(b[n:]) {
		return manifest{}, errManifest
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != formatVersion {
		return manifest{}, otherVersion(manifestName, v)
	}
	rest := b[:n]
	if n, err := binary.Decode(rest, binary.LittleEndian, &m.manifestHead); err != nil || uint64(m.IDs)*8 > uint64(len(rest)-n) {
		return manifest{}, errManifest
	}
	rest = rest[binary.Size(m.manifestHead):]
	m.ids = make([]uint64, m.IDs)
	n, _ = binary.Decode(rest, binary.LittleEndian, m.ids) // there is enough
	for rest = rest[n:]; len(rest) > 0; {
		var key event.Key
		if key, rest, err = event.DecodeKey(rest); err != nil {
			return manifest{}, errManifest
		}
		m.owed = append(m.owed, App{key.Namespace, key.App})
	}
	return m, nil
}
