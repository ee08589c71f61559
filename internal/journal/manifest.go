// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

const (
	manifestName  = "MANIFEST"
	manifestMagic = "IMGJMAN\n"

	manifestMax = 1 << 20 // bytes; no journal has that many segments
)

var errManifest = errors.New("bad MANIFEST")

// errNewer means that a later version of the operator wrote the journal.
var errNewer = errors.New("the journal was written by a newer version")

// manifest says which segments there must be, so that a lost file shows.
type manifest struct {
	salt uint64
	ids  []uint64
}

// appendManifest encodes a manifest. Magic and version at the start and the checksum at the end stay where they are
// in every version.
func appendManifest(dst []byte, m manifest) []byte {
	start := len(dst)
	dst = append(dst, manifestMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, formatVersion)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(m.ids)))
	dst = binary.LittleEndian.AppendUint64(dst, m.salt)
	for _, id := range m.ids {
		dst = binary.LittleEndian.AppendUint64(dst, id)
	}
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

func parseManifest(b []byte) (manifest, error) {
	n := len(b) - 4
	if n < 24 || string(b[:8]) != manifestMagic || crc32.Checksum(b[:n], castagnoli) != binary.LittleEndian.Uint32(b[n:]) {
		return manifest{}, errManifest
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v > formatVersion {
		return manifest{}, fmt.Errorf("%w: format %d, this version knows %d", errNewer, v, formatVersion)
	}
	if uint64(binary.LittleEndian.Uint32(b[12:]))*8 != uint64(n-24) {
		return manifest{}, errManifest
	}
	m := manifest{salt: binary.LittleEndian.Uint64(b[16:])}
	for off := 24; off < n; off += 8 {
		m.ids = append(m.ids, binary.LittleEndian.Uint64(b[off:]))
	}
	return m, nil
}

// readManifest returns the bytes as well, so that a bad MANIFEST can be set aside. A missing one is fs.ErrNotExist.
func readManifest(d disk, dir string) (manifest, []byte, error) {
	f, err := d.open(filepath.Join(dir, manifestName), os.O_RDONLY)
	if err != nil {
		return manifest{}, nil, err
	}
	defer func() { _ = f.Close() }() // only read
	size, err := f.size()
	if err != nil {
		return manifest{}, nil, err
	}
	b := make([]byte, min(size, manifestMax))
	if _, err := f.ReadAt(b, 0); err != nil {
		return manifest{}, nil, fmt.Errorf("%w: %w", errManifest, err)
	}
	m, err := parseManifest(b)
	return m, b, err
}
