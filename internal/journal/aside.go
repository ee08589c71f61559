// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// ErrAsideFull means that so much was set aside already that somebody should look at it and delete it.
var ErrAsideFull = errors.New("too much was set aside in the journal's directory")

const maxAside = 1000 // files of each sort

// Sorts of files that are set aside. They stay until somebody deletes them.
const (
	rejected = "rejected" // events which the API server can never accept
	damaged  = "damaged"  // parts of the log that recovery could not read
)

var asideName = regexp.MustCompile(`^(rejected|damaged)-([0-9]{6,18})[-.]`)

// aside writes files of one sort into the journal's directory, within a bound of bytes and number.
type aside struct {
	dir    string
	disk   disk
	sort   string
	budget int64

	mu    sync.Mutex
	files int
	bytes int64
	last  uint64
}

// found counts a file that was there before, if it is of this sort.
func (a *aside) found(name string, size int64) {
	m := asideName.FindStringSubmatch(name)
	if len(m) == 0 || m[1] != a.sort {
		return
	}
	n, _ := strconv.ParseUint(m[2], 10, 64)
	a.files, a.bytes, a.last = a.files+1, a.bytes+size, max(a.last, n)
}

// put writes a file whose name ends with rest, and returns its path when it is durable.
func (a *aside) put(rest string, b []byte) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.files >= maxAside || a.bytes+int64(len(b)) > a.budget {
		a.recount()
	}
	if a.files >= maxAside || a.bytes+int64(len(b)) > a.budget {
		return "", fmt.Errorf("%w: %d files %s-* with %d bytes", ErrAsideFull, a.files, a.sort, a.bytes)
	}
	a.last++
	path := filepath.Join(a.dir, fmt.Sprintf("%s-%06d%s", a.sort, a.last, rest))
	if err := installBytes(a.disk, path, b); err != nil {
		return "", fmt.Errorf("set aside: %w", err)
	}
	a.files, a.bytes = a.files+1, a.bytes+int64(len(b))
	return path, nil
}

// adopt sets a whole file aside under a new name, whatever its size: it is on the disk anyway.
func (a *aside) adopt(rest, from string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	path := filepath.Join(a.dir, fmt.Sprintf("%s-%06d%s", a.sort, a.last, rest))
	if err := a.disk.rename(from, path); err != nil {
		return "", err
	}
	return path, a.disk.syncDir(a.dir)
}

// recount looks at the directory again: somebody may have deleted files.
func (a *aside) recount() {
	entries, err := os.ReadDir(a.dir)
	if err != nil {
		return
	}
	a.files, a.bytes = 0, 0
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			a.found(e.Name(), info.Size())
		}
	}
}

func (a *aside) size() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.bytes
}

// rejection is how a rejected event is written down for people.
type rejection struct {
	Reason    string     `json:"reason"`
	Namespace string     `json:"namespace"`
	App       string     `json:"app"`
	GroupID   string     `json:"groupID"`
	SDKAppID  int64      `json:"sdkAppID"`
	Received  string     `json:"received"`
	Count     int        `json:"count"`
	Last      change     `json:"lastChange"`
	Registers []register `json:"registers"`
}

type change struct {
	Time     int64    `json:"eventTimeMilliseconds"`
	Command  string   `json:"command"`
	Operator string   `json:"operator"`
	Platform string   `json:"platform"`
	Fields   []string `json:"fields"`
	Source   string   `json:"source"`
}

type register struct {
	Field  string `json:"field"`
	Time   int64  `json:"eventTimeMilliseconds"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

func newRejection(ev event.Event, reason string) rejection {
	c := ev.State.Last
	r := rejection{
		Reason: reason, Namespace: ev.Key.Namespace, App: ev.Key.App, GroupID: ev.Key.GroupID,
		SDKAppID: ev.SDKAppID, Received: ev.Received.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Count: ev.Count,
		Last:      change{c.Time, c.Command, c.Operator, c.Platform, c.Fields, c.Source.String()},
		Registers: make([]register, 0, len(ev.State.Registers)),
	}
	for _, g := range ev.State.Registers {
		r.Registers = append(r.Registers, register{g.Field, g.Time, g.Value, g.Source.String()})
	}
	return r
}

// SetAside writes an event that the API server can never accept, with the reason, as JSON into a file of its own and
// returns the file's path when it is durable. ErrAsideFull when there are too many already.
func (j *Journal) SetAside(ev event.Event, reason string) (file string, err error) {
	b, err := json.MarshalIndent(newRejection(ev, reason), "", "  ")
	if err != nil {
		return "", fmt.Errorf("set aside: %w", err)
	}
	return j.rejected.put(".json", append(b, '\n'))
}
