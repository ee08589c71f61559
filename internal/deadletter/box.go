// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package deadletter keeps events that the API server can never accept: a JSON file for each group, for people to read. The
// files are in the journal's directory and stay until a person deletes them.
package deadletter

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// ErrFull means that there are so many dead letters that somebody should look at them and delete them.
var ErrFull = errors.New("too many dead letters")

const (
	maxFiles = 1000
	prefix   = "rejected-"
)

// Box is a directory of dead letters. Its methods may be called from any goroutine.
type Box struct {
	dir   string
	files int64
	max   int64
	join  func(a, b event.Event) event.Event
	mu    sync.Mutex
}

// New makes a box of at most 1,000 files and max bytes, of which an app may have half. join folds two events of a group,
// the older one first.
func New(dir string, max int64, join func(a, b event.Event) event.Event) *Box {
	return &Box{dir: dir, files: maxFiles, max: max, join: join}
}

// SetAside writes an event with the reason into the file of its group, folded with what is in there already, and returns
// the file's path when it is durable. ErrFull when there are too many files, or the app has half of what there may be.
func (b *Box) SetAside(ev event.Event, reason string) (file string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	app := fmt.Sprintf("%s%.4x", prefix, sha256.Sum256(event.AppendKey(nil, event.Key{Namespace: ev.Key.Namespace, App: ev.Key.App})))
	path := filepath.Join(b.dir, fmt.Sprintf("%s-%.8x.json", app, sha256.Sum256(event.AppendKey(nil, ev.Key))))
	text, err := b.text(path, ev, reason)
	if err == nil {
		err = b.check(app, path, int64(len(text)+1))
	}
	if err == nil {
		err = replace(path, append(text, '\n'))
	}
	if err != nil {
		return "", fmt.Errorf("keeping a dead letter: %w", err)
	}
	return path, nil
}

// text is the letter for an event, folded with what the file holds. Only a file that somebody broke is replaced.
func (b *Box) text(path string, ev event.Event, reason string) ([]byte, error) {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var before letter
	if json.Unmarshal(old, &before) == nil {
		ev = b.join(before.event(), ev)
	}
	return json.MarshalIndent(newLetter(ev, reason), "", "  ")
}

// Bytes is the size of all files.
func (b *Box) Bytes() int64 {
	_, bytes, _ := b.count(prefix, "")
	return bytes
}

// check reports ErrFull if a file of this size would be too much.
func (b *Box) check(app, path string, size int64) error {
	for share, part := range map[string]int64{prefix: 1, app: 2} {
		files, bytes, err := b.count(share, path)
		if err != nil {
			return err
		}
		if files >= b.files/part || bytes+size > b.max/part {
			return fmt.Errorf("%w: %d files %s*", ErrFull, files, share)
		}
	}
	return nil
}

// count counts the files whose names begin with share, without one. It looks at the directory, where a person may have
// deleted some.
func (b *Box) count(share, without string) (files, bytes int64, err error) {
	entries, err := os.ReadDir(b.dir)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), share) || e.Name() == filepath.Base(without) {
			continue
		}
		if info, err := e.Info(); err == nil {
			files, bytes = files+1, bytes+info.Size()
		}
	}
	return files, bytes, err
}

// replace makes a file that is there whole and durable, or as it was before.
func replace(path string, text []byte) error {
	tmp := path + ".tmp" // the journal deletes it at the next start
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fileutil.PrivateFileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = fileutil.Fsync(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // opened to be synced
	return fileutil.Fsync(dir)
}
