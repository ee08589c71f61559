// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"maps"
	"slices"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

const (
	// maxPast is how many moments are kept for a page that is loaded again.
	maxPast = 1000
	// maxRows is how many groups go into one message, so that a page has something to show early.
	maxRows = 1000
)

// hub holds what is known, and what of that each stream has not sent yet. Nobody waits for a slow stream: what changes
// twice before it is sent is sent once.
type hub struct {
	now    func() time.Time
	listed chan struct{} // closed when the groups are known for the first time

	mu        sync.Mutex
	groups    map[client.ObjectKey]*imv1alpha1.IMGroup
	apps      map[client.ObjectKey]*imv1alpha1.IMApp
	past      []moment // the newest last
	away      string   // why the API server is, as it seems
	appsError string   // why IMApps are not known
	streams   map[*stream]bool
}

func newHub(now func() time.Time) *hub {
	return &hub{now: now, listed: make(chan struct{}), streams: map[*stream]bool{}, apps: map[client.ObjectKey]*imv1alpha1.IMApp{}}
}

// stream is what one page has not been told of.
type stream struct {
	fresh bool // it was told nothing
	dirty map[client.ObjectKey]bool
	apps  bool
	past  []moment
	wake  chan struct{} // has one element while there is something
}

func (s *stream) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// message is what a page is told. Of each member that is absent nothing is new.
type message struct {
	Reset  *reset   `json:"reset,omitempty"` // forget all; what follows is all there is
	Groups []row    `json:"groups,omitempty"`
	Gone   []string `json:"gone,omitempty"` // keys of rows
	Apps   *[]app   `json:"apps,omitempty"`
	Past   []moment `json:"past,omitempty"` // the newest last
	State  *state   `json:"state,omitempty"`
	Left   int      `json:"left"` // groups that the next messages tell of
}

// reset is the beginning of what a page is told.
type reset struct {
	place

	Total int `json:"total"`
}

// state is how it is with what is known.
type state struct {
	Away      string `json:"away"`
	AppsError string `json:"appsError"`
}

// join adds a stream, unless there are too many.
func (h *hub) join() *stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.streams) >= maxStreams {
		return nil
	}
	s := &stream{fresh: true, apps: true, past: slices.Clone(h.past), dirty: make(map[client.ObjectKey]bool, len(h.groups)), wake: make(chan struct{}, 1)}
	for key := range h.groups {
		s.dirty[key] = true
	}
	h.streams[s] = true
	s.nudge()
	return s
}

func (h *hub) leave(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
}

// take is the next message of a stream.
func (h *hub) take(s *stream, where place) message {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := message{Past: s.past}
	s.past = nil
	if s.fresh {
		m.Reset = &reset{place: where, Total: len(h.groups)}
	}
	if s.apps {
		all := appsFrom(h.apps)
		m.Apps, m.State = &all, &state{Away: h.away, AppsError: h.appsError}
	}
	s.fresh, s.apps = false, false
	for key := range s.dirty {
		if len(m.Groups)+len(m.Gone) == maxRows {
			break
		}
		delete(s.dirty, key)
		if g := h.groups[key]; g != nil {
			m.Groups = append(m.Groups, rowFrom(g))
		} else {
			m.Gone = append(m.Gone, key.String())
		}
	}
	if m.Left = len(s.dirty); m.Left > 0 {
		s.nudge()
	}
	return m
}

// tell marks a group as changed for all streams; what happened is kept. The lock is held.
func (h *hub) tell(key client.ObjectKey, what *moment) {
	if what != nil {
		h.past = append(h.past, *what)
		h.past = h.past[max(0, len(h.past)-maxPast):]
	}
	for s := range h.streams {
		s.dirty[key] = true
		if what != nil {
			s.past = append(s.past, *what)
			s.past = s.past[max(0, len(s.past)-maxPast):]
		}
		s.nudge()
	}
}

// tellApps marks IMApps and state as changed. The lock is held.
func (h *hub) tellApps() {
	for s := range h.streams {
		s.apps = true
		s.nudge()
	}
}

func (h *hub) setAway(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.away = why
	h.tellApps()
}

func (h *hub) setAppsError(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.appsError = why
	h.tellApps()
}

func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.groups)
}

// group is an IMGroup, which nobody may change; nil if there is none.
func (h *hub) group(key client.ObjectKey) *imv1alpha1.IMGroup {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.groups[key]
}

func appsFrom(all map[client.ObjectKey]*imv1alpha1.IMApp) []app {
	apps := make([]app, 0, len(all))
	for _, key := range slices.SortedFunc(maps.Keys(all), compareKeys) {
		apps = append(apps, appFrom(all[key]))
	}
	return apps
}
