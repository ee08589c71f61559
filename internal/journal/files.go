// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
)

const tmpSuffix = ".tmp" // of a file that is being made; removed at the next start

// disk is the little of a file system that the journal uses. Tests put faults in here.
type disk interface {
	open(path string, flag int) (file, error)
	rename(from, to string) error
	remove(path string) error
	syncDir(dir string) error
	list(dir string) ([]entryInfo, error) // the regular files
}

// entryInfo is a regular file in a directory.
type entryInfo struct {
	name string
	size int64
}

// file is an open file of a disk.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	allocate(size int64) error // take the blocks now, so that later writes cannot find the disk full
	truncate(size int64) error
	sync() error
	datasync() error // without the times: the size never changes
}

type osDisk struct{}

func (osDisk) open(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag, fileutil.PrivateFileMode)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) remove(path string) error { return os.Remove(path) }

func (osDisk) syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // opened to be synced
	return fileutil.Fsync(d)
}

func (osDisk) list(dir string) ([]entryInfo, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []entryInfo
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case os.IsNotExist(err): // a person deleted it just now
		case err != nil:
			return nil, err
		case info.Mode().IsRegular():
			files = append(files, entryInfo{e.Name(), info.Size()})
		}
	}
	return files, nil
}

type osFile struct{ *os.File }

func (f osFile) allocate(size int64) error { return fileutil.Preallocate(f.File, size, true) }
func (f osFile) truncate(size int64) error { return f.Truncate(size) }
func (f osFile) sync() error               { return fileutil.Fsync(f.File) }
func (f osFile) datasync() error           { return fileutil.Fdatasync(f.File) }

// readFile reads size bytes of a file, or what there is. Pages that the medium does not give are zeros, and an error.
func readFile(d disk, path string, size, page int64) ([]byte, error) {
	b := make([]byte, size)
	f, err := d.open(path, os.O_RDONLY)
	if err != nil {
		return b, err
	}
	defer func() { _ = f.Close() }() // only read
	n, err := f.ReadAt(b, 0)
	if err == nil || errors.Is(err, io.EOF) {
		return b[:n], nil
	}
	for off := int64(0); off < size && isMedium(err); off += page {
		part := b[off:min(off+page, size)]
		if _, perr := f.ReadAt(part, off); perr != nil {
			clear(part)
			err = perr
		}
	}
	return b, err
}

// install makes a file that is there whole and durable, or not at all: it is filled under another name first.
func install(d disk, path string, fill func(file) error) error {
	tmp := path + tmpSuffix
	f, err := d.open(tmp, os.O_CREATE|os.O_RDWR|os.O_TRUNC)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil {
		err = f.sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = d.rename(tmp, path)
	}
	if err != nil {
		_ = d.remove(tmp) // else the next start removes it
		return err
	}
	return d.syncDir(filepath.Dir(path))
}

// installBytes installs a file with these bytes.
func installBytes(d disk, path string, b []byte) error {
	return install(d, path, func(f file) error {
		_, err := f.WriteAt(b, 0)
		return err
	})
}

func isTmp(name string) bool { return strings.HasSuffix(name, tmpSuffix) }
