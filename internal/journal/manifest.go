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
	manifestHead  = 48 // bytes before the ids

	manifestMax = 64 << 20 // bytes; no journal has that many segments and apps
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
	salt   uint64
	nextID uint64 // no segment had it when this was written
	seq    uint64 // of the newest event then
	ids    []uint64
	all    bool  // a resync is owed to every app
	owed   []App // those to which one is owed
}

// appendManifest encodes a manifest. Magic and version at the start and the checksum at the end stay where they are
// in every version.
func appendManifest(dst []byte, m manifest) []byte {
	start := len(dst)
	dst = append(dst, manifestMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, formatVersion)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(m.ids)))
	dst = binary.LittleEndian.AppendUint64(dst, m.salt)
	dst = binary.LittleEndian.AppendUint64(dst, m.nextID)
	dst = binary.LittleEndian.AppendUint64(dst, m.seq)
	all := uint64(0)
	if m.all {
		all = 1
	}
	dst = binary.LittleEndian.AppendUint64(dst, all)
	for _, id := range m.ids {
		dst = binary.LittleEndian.AppendUint64(dst, id)
	}
	for _, a := range m.owed {
		dst = event.AppendKey(dst, event.Key{Namespace: a.Namespace, App: a.Name})
	}
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

func parseManifest(b []byte) (manifest, error) {
	n := len(b) - 4
	if n < 12 || string(b[:8]) != manifestMagic || crc32.Checksum(b[:n], castagnoli) != binary.LittleEndian.Uint32(b[n:]) {
		return manifest{}, errManifest
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != formatVersion {
		return manifest{}, otherVersion(manifestName, v)
	}
	if n < manifestHead || uint64(binary.LittleEndian.Uint32(b[12:]))*8 > uint64(n-manifestHead) {
		return manifest{}, errManifest
	}
	at := func(off int) uint64 { return binary.LittleEndian.Uint64(b[off:]) }
	m := manifest{salt: at(16), nextID: at(24), seq: at(32), all: at(40) != 0}
	off := manifestHead
	for range binary.LittleEndian.Uint32(b[12:]) {
		m.ids = append(m.ids, at(off))
		off += 8
	}
	for rest := b[off:n]; len(rest) > 0; {
		key, after, err := event.DecodeKey(rest)
		if err != nil {
			return manifest{}, errManifest
		}
		m.owed, rest = append(m.owed, App{key.Namespace, key.App}), after
	}
	return m, nil
}
