// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Values of the label imapp of imgroup_callback_changes_total are namespace/name.
const (
	// MaxApps is how many IMApps have a series of their own, the first since the start: whoever may create IMApps cannot
	// make the page grow without end.
	MaxApps = 200
	// AppOther is all others. It has no slash, so it is the name of none.
	AppOther = "other"
)

// changeCounters are those of the IMApps that have a series.
type changeCounters struct {
	vec   *prometheus.CounterVec
	mu    sync.RWMutex
	known map[appName]prometheus.Counter
	other prometheus.Counter
}

type appName struct{ namespace, name string }

func newChangeCounters(vec *prometheus.CounterVec) *changeCounters {
	return &changeCounters{vec: vec, known: map[appName]prometheus.Counter{}, other: vec.WithLabelValues(AppOther)}
}

// Accepted counts a change of an IMApp's group that was made durable, received that long after it happened. A change whose
// time is not known, as far as can be told, has no lag.
func (m *Metrics) Accepted(namespace, name string, lag time.Duration) {
	m.changes.of(appName{namespace, name}).Inc()
	if lag != 0 {
		m.EventLag.Observe(max(lag, 0).Seconds()) // the clocks of two sides
	}
}

func (c *changeCounters) of(app appName) prometheus.Counter {
	c.mu.RLock()
	counter, known := c.known[app]
	c.mu.RUnlock()
	if known {
		return counter
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if counter, known := c.known[app]; known || len(c.known) >= MaxApps {
		if !known {
			counter = c.other
		}
		return counter
	}
	c.known[app] = c.vec.WithLabelValues(app.namespace + "/" + app.name)
	return c.known[app]
}
