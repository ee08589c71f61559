// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// memDisk is a disk in memory that fails at random calls and loses power. What was not synced when it does is there
// afterwards or not: each sector of a write, each change of a size, each change of a name by itself. After a sync that
// failed the same is decided at once, and later syncs have nothing to do any more, as with Linux's page cache.
type memDisk struct {
	rng *rand.Rand

	mu      sync.Mutex
	chance  float64           // that a call fails
	off     bool              // nothing works any more
	bad     map[*inode]hole   // what cannot be read
	medium  int               // reads that failed in a way that says that the medium is damaged
	names   map[string]*inode // as the running system sees them
	durable map[string]*inode
	changes []rename // of names, since the last sync of the directory
}

// rename binds a name to an inode, nil to remove it, and removes another name.
type rename struct {
	name  string
	to    *inode
	other string
}

// hole is sectors of a file.
type hole struct{ from, to int }

type inode struct {
	data  []byte       // as the running system sees it
	disk  []byte       // as the medium has it
	dirty map[int]bool // sectors that differ, maybe
	sizes []int        // since the last sync
}

func newMemDisk(rng *rand.Rand) *memDisk {
	return &memDisk{rng: rng, names: map[string]*inode{}, durable: map[string]*inode{}}
}

var passingErrors = []error{syscall.EMFILE, syscall.ENFILE, syscall.EROFS, syscall.ENOSPC, syscall.ENOMEM}

// fails decides whether a call fails, and how.
func (d *memDisk) fails(kinds ...error) error {
	if d.off {
		return syscall.EIO
	}
	if d.rng.Float64() >= d.chance {
		return nil
	}
	return kinds[d.rng.IntN(len(kinds))]
}

func (d *memDisk) change(c rename) {
	c.apply(d.names)
	d.changes = append(d.changes, c)
}

func (c rename) apply(names map[string]*inode) {
	delete(names, c.other)
	if delete(names, c.name); c.to != nil {
		names[c.name] = c.to
	}
}

func (d *memDisk) open(path string, flag int) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails(append(passingErrors, syscall.EIO)...); err != nil {
		if errors.Is(err, syscall.EIO) && flag == os.O_RDONLY {
			d.medium++
		}
		return nil, err
	}
	n := d.names[path]
	if n == nil {
		if flag&os.O_CREATE == 0 {
			return nil, fs.ErrNotExist
		}
		n = &inode{dirty: map[int]bool{}}
		d.change(rename{name: path, to: n})
	}
	if flag&os.O_TRUNC != 0 {
		n.resize(0)
	}
	return &memFile{d, n}, nil
}

func (d *memDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.fails(syscall.EIO, syscall.ENOSPC)
	if d.names[from] == nil {
		return fs.ErrNotExist
	}
	if err == nil || !d.off && d.rng.IntN(2) == 0 { // an error does not say that it was not done
		d.change(rename{name: to, to: d.names[from], other: from})
	}
	return err
}

func (d *memDisk) remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails(syscall.EIO); err != nil {
		return err
	}
	if d.names[path] == nil {
		return fs.ErrNotExist
	}
	d.change(rename{name: path})
	return nil
}

func (d *memDisk) syncDir(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.fails(syscall.EIO, syscall.EMFILE)
	if d.off {
		return err
	}
	d.settle(func() bool { return err == nil || d.rng.IntN(2) == 0 })
	return err
}

// settle decides which changes of names get to the medium.
func (d *memDisk) settle(kept func() bool) {
	for _, c := range d.changes {
		if kept() {
			c.apply(d.durable)
		}
	}
	d.changes = nil
}

func (d *memDisk) list(string) ([]entryInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails(passingErrors...); err != nil {
		return nil, err
	}
	var all []entryInfo
	for path, n := range d.names {
		all = append(all, entryInfo{filepath.Base(path), int64(len(n.data))})
	}
	slices.SortFunc(all, func(a, b entryInfo) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// spoil makes some sectors in a row unreadable in some files, until heal.
func (d *memDisk) spoil() {
	d.bad = map[*inode]hole{}
	for _, path := range slices.Sorted(maps.Keys(d.names)) {
		if n := d.names[path]; strings.HasSuffix(path, ".log") && len(n.data) > 0 && d.rng.IntN(2) == 0 {
			from := d.rng.IntN(len(n.data)/sectorSize/2 + 1)
			d.bad[n] = hole{from, from + 1 + d.rng.IntN(20)*d.rng.IntN(2)}
		}
	}
}

func (d *memDisk) heal() { d.bad = nil }

// cut ends the power, and returns what the next start finds. Without lost all is there, as after a kill.
func (d *memDisk) cut(lost bool) *memDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	after := newMemDisk(d.rng)
	if !lost {
		after.names, after.durable, after.changes = d.names, d.durable, d.changes
		return after
	}
	all := d.rng.IntN(3) // nothing, everything, or anything
	kept := func() bool { return all == 1 || all == 2 && d.rng.IntN(2) == 0 }
	d.settle(kept)
	for path, n := range d.durable {
		n.settle(kept)
		n.data = slices.Clone(n.disk)
		after.names[path], after.durable[path] = n, n
	}
	return after
}

func (n *inode) resize(size int) {
	n.data = slices.Grow(n.data, max(0, size-len(n.data)))
	old := len(n.data)
	if n.data = n.data[:size]; size > old {
		clear(n.data[old:])
	}
	n.sizes = append(n.sizes, size)
	for s := min(old, size) / sectorSize; s*sectorSize < max(old, size); s++ {
		n.dirty[s] = true
	}
}

func (n *inode) write(b []byte, off int) {
	if off+len(b) > len(n.data) {
		n.resize(off + len(b))
	}
	copy(n.data[off:], b)
	for s := off / sectorSize; s*sectorSize < off+len(b); s++ {
		n.dirty[s] = true
	}
}

// settle decides which sectors and which size get to the medium.
func (n *inode) settle(kept func() bool) {
	size := len(n.disk)
	for _, s := range n.sizes {
		if kept() {
			size = s
		}
	}
	if size > len(n.disk) {
		n.disk = append(n.disk, make([]byte, size-len(n.disk))...)
	}
	n.disk = n.disk[:size]
	for s := range n.dirty {
		from, to := s*sectorSize, min((s+1)*sectorSize, len(n.disk), len(n.data))
		if from < to && kept() {
			copy(n.disk[from:to], n.data[from:to])
		}
	}
	n.sizes = nil
	clear(n.dirty)
}

type memFile struct {
	d *memDisk
	n *inode
}

func (f *memFile) ReadAt(b []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	err := f.d.fails(syscall.EIO, syscall.ENOMEM)
	if h, ok := f.d.bad[f.n]; ok && err == nil && int(off) < h.to*sectorSize && int(off)+len(b) > h.from*sectorSize {
		err = syscall.EIO
	}
	if err != nil {
		if errors.Is(err, syscall.EIO) {
			f.d.medium++
		}
		return 0, err
	}
	n := copy(b, f.n.data[min(off, int64(len(f.n.data))):])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(b []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.fails(syscall.EIO, syscall.ENOSPC); err != nil {
		n := 0
		if !f.d.off {
			n = f.d.rng.IntN(len(b) + 1)
			f.n.write(b[:n], int(off))
		}
		return n, err
	}
	f.n.write(b, int(off))
	return len(b), nil
}

func (f *memFile) resize(size int64, kinds ...error) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.fails(kinds...); err != nil {
		return err
	}
	f.n.resize(int(size))
	return nil
}

func (f *memFile) allocate(size int64) error { return f.resize(size, syscall.ENOSPC, syscall.EIO) }
func (f *memFile) truncate(size int64) error { return f.resize(size, syscall.EIO) }
func (f *memFile) datasync() error           { return f.sync() }
func (f *memFile) Close() error              { return nil }

func (f *memFile) sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	err := f.d.fails(syscall.EIO, syscall.ENOSPC)
	if !f.d.off {
		f.n.settle(func() bool { return err == nil || f.d.rng.IntN(2) == 0 })
	}
	return err
}
