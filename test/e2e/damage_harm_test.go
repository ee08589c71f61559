// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The ways in which a file is damaged.
const (
	flipped   = "flip a bit of"
	shortened = "shorten"
	removed   = "remove"
)

// harm is what happens to one file of a journal, and what may be lost by it.
type harm struct {
	kind, file string
	data       []byte // of the file
	at         int    // the byte that is flipped, or the new length
	bit        int
	ids        map[string]int // where in the file the callbacks of the round are: each names its group at its beginning
}

// newHarm chooses a file of a journal that nobody has open, and what happens to it.
func newHarm(r *damageRound) *harm {
	r.t.Helper()
	files := r.files()
	h := &harm{file: files[r.random.IntN(len(files))], ids: map[string]int{}}
	h.kind = []string{flipped, flipped, flipped, shortened, shortened, removed}[r.random.IntN(6)]
	var err error
	h.data, err = os.ReadFile(h.file)
	must(r.t, err)
	h.at, h.bit = r.random.IntN(len(h.data)), r.random.IntN(8)
	for id := range r.sent {
		if at := bytes.Index(h.data, []byte(id)); at >= 0 {
			h.ids[id] = at
		}
	}
	return h
}

// files lists the segments and the MANIFEST.
func (r *damageRound) files() []string {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.o.Journal(), "*.log"))
	must(r.t, err)
	return append(files, filepath.Join(r.o.Journal(), "MANIFEST"))
}

func (h *harm) do() error {
	switch h.kind {
	case removed:
		return os.Remove(h.file)
	case shortened:
		return os.Truncate(h.file, int64(h.at))
	}
	damaged := bytes.Clone(h.data)
	damaged[h.at] ^= 1 << h.bit
	return os.WriteFile(h.file, damaged, 0o600)
}

func (h *harm) String() string {
	return fmt.Sprintf("%s %s (%d bytes, %d callbacks) at byte %d, bit %d", h.kind, filepath.Base(h.file), len(h.data), len(h.ids), h.at, h.bit)
}

// mayLose tells whether the bytes of a callback may be among the damaged ones. Its record begins somewhere between the
// id of the one before and its own, and ends before the id of the next one.
func (h *harm) mayLose(id string) bool {
	own, here := h.ids[id]
	before, after := 0, len(h.data)
	for _, at := range h.ids {
		if at < own {
			before = max(before, at)
		}
		if at > own {
			after = min(after, at)
		}
	}
	switch h.kind {
	case removed:
		return here
	case shortened:
		return here && h.at < after
	}
	return here && before < h.at && h.at < after
}

// mustShow tells whether the file had something that was still needed where it was damaged. What is behind the last
// record of a segment is not needed.
func (h *harm) mustShow() bool {
	if strings.HasSuffix(h.file, "MANIFEST") {
		return true
	}
	last := -1
	for id, at := range h.ids {
		last = max(last, at+len(id)-1)
	}
	return h.at <= last || h.kind == removed && last >= 0
}
