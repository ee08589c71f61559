// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// ErrAsideFull means that so much was set aside already that somebody should look at it and delete it.
var ErrAsideFull = errors.New("too much was set aside in the journal's directory")

const maxAside = 1000 // files of each sort

// Sorts of files that are set aside. They stay until somebody deletes them.
const (
	rejected = "rejected" // dead letters: events which the API server can never accept
	damaged  = "damaged"  // parts of the log that recovery could not read
)

var asideName = regexp.MustCompile(`^(rejected|damaged)-([0-9a-f]{6,18})[-.]`)

// aside writes files of one sort into the journal's directory, within a bound of bytes and number.
type aside struct {
	dir    string
	disk   disk
	sort   string
	budget int64

	mu    sync.Mutex
	files map[string]int64 // sizes by name
	last  uint64           // number of the newest file that has one
}

// found counts a file that was there before, if it is of this sort.
func (a *aside) found(name string, size int64) {
	m := asideName.FindStringSubmatch(name)
	if len(m) == 0 || m[1] != a.sort {
		return
	}
	n, _ := strconv.ParseUint(m[2], 10, 64)
	a.files[name], a.last = size, max(a.last, n)
}

// put writes a file of the next number whose name ends with rest, and returns its path when it is durable.
func (a *aside) put(rest string, b []byte) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	return a.write(fmt.Sprintf("%s-%06d%s", a.sort, a.last, rest), "", b)
}

// replace writes a file, in place of the one of that name if there is one. Files whose names begin with share may take
// half of the bounds.
func (a *aside) replace(name, share string, b []byte) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.write(name, share, b)
}

func (a *aside) write(name, share string, b []byte) (string, error) {
	if !a.fits(name, share, int64(len(b))) {
		a.recount()
		if !a.fits(name, share, int64(len(b))) {
			return "", fmt.Errorf("%w: %d files %s-*", ErrAsideFull, len(a.files), a.sort)
		}
	}
	path := filepath.Join(a.dir, name)
	if err := installBytes(a.disk, path, b); err != nil {
		return "", fmt.Errorf("set aside: %w", err)
	}
	a.files[name] = int64(len(b))
	return path, nil
}

// fits reports whether a file of this size stays within the bounds.
func (a *aside) fits(name, share string, size int64) bool {
	files, bytes := a.sum(a.sort, name)
	if files >= maxAside || bytes+size > a.budget {
		return false
	}
	if share == "" {
		return true
	}
	files, bytes = a.sum(share, name)
	return files < maxAside/2 && bytes+size <= a.budget/2
}

// sum counts the files whose names begin with prefix, without one.
func (a *aside) sum(prefix, without string) (files int, bytes int64) {
	for name, size := range a.files {
		if name != without && strings.HasPrefix(name, prefix) {
			files, bytes = files+1, bytes+size
		}
	}
	return files, bytes
}

// recount looks at the directory again: somebody may have deleted files.
func (a *aside) recount() {
	entries, err := a.disk.list(a.dir)
	if err != nil {
		return
	}
	clear(a.files)
	for _, e := range entries {
		a.found(e.name, e.size)
	}
}

func (a *aside) size() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, bytes := a.sum(a.sort, "")
	return bytes
}
