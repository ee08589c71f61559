// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"path/filepath"
)

const maxAside = 1000 // files of damaged bytes

var errAsideFull = errors.New("there are too many damaged-* files")

// aside keeps damaged bytes in files, which stay until a person deletes them. Only recovery uses it.
type aside struct {
	dir    string
	disk   disk
	budget int64

	files int
	bytes int64
	last  uint64 // number of the newest file
}

// found counts a file that was there before, if it is one of these.
func (a *aside) found(name string, size int64) {
	var n uint64
	if _, err := fmt.Sscanf(name, "damaged-%06d-", &n); err == nil {
		a.files, a.bytes, a.last = a.files+1, a.bytes+size, max(a.last, n)
	}
}

// put writes a file whose name ends with rest, and returns its path when it is durable.
func (a *aside) put(rest string, b []byte) (string, error) {
	if a.files >= maxAside || a.bytes+int64(len(b)) > a.budget {
		return "", errAsideFull
	}
	a.last++
	path := filepath.Join(a.dir, fmt.Sprintf("damaged-%06d%s", a.last, rest))
	if err := installBytes(a.disk, path, b); err != nil {
		return "", fmt.Errorf("setting bytes aside: %w", err)
	}
	a.files, a.bytes = a.files+1, a.bytes+int64(len(b))
	return path, nil
}
