// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
)

// terms are what the leader remembers of each app since it leads. The zero value is ready.
type terms struct {
	mu  sync.Mutex
	all map[apps.Key]*term
}

func (t *terms) of(app apps.Key) *term {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[apps.Key]*term{}
	}
	if t.all[app] == nil {
		t.all[app] = &term{wanted: map[string]time.Time{}}
	}
	return t.all[app]
}

func (t *terms) forget(app apps.Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.all[app]; old != nil {
		old.close()
		delete(t.all, app)
	}
}

// end forgets all apps.
func (t *terms) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, old := range t.all {
		old.close()
	}
	t.all = nil
}

// term is what is remembered of one app. But for what mu guards only the app's one Reconcile uses it.
type term struct {
	swept bool // all groups were fetched in this term, or those of which nothing is known are asked for
	full  bool // all groups are to be fetched, and were not yet
	pause pause

	mu     sync.Mutex
	wanted map[string]time.Time // IDs of single groups to ask for, and from when on
	cloud  *imcloud.Client
	access string // what cloud was made of
}

// want asks for single groups from a time on.
func (t *term) want(from time.Time, ids ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		t.wanted[id] = from
	}
}

// take gives the groups that were asked for one by one and whose time has come.
func (t *term) take(now time.Time) (ids []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, from := range t.wanted {
		if !from.After(now) {
			ids = append(ids, id)
			delete(t.wanted, id)
		}
	}
	return ids
}

// next is when the first of them is to be fetched; zero = none is.
func (t *term) next() (first time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, from := range t.wanted {
		if first.IsZero() || from.Before(first) {
			first = from
		}
	}
	return first
}

// connect returns the client of the app, which lives as long as what it is made of.
func (t *term) connect(access string, config imcloud.Config) (*imcloud.Client, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cloud != nil && t.access == access {
		return t.cloud, nil
	}
	cloud, err := imcloud.New(config)
	if err != nil {
		return nil, err
	}
	if t.cloud != nil {
		t.cloud.Close()
	}
	t.cloud, t.access = cloud, access
	return cloud, nil
}

// close gives the connections back that are not in use.
func (t *term) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cloud != nil {
		t.cloud.Close()
	}
}
