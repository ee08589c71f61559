// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"fmt"
)

// write hands a line to run, or writes it at once if run is not active. Lines that a full buffer cannot take are
// counted in a line of their own.
func (a *auditLog) write(line []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case !a.running:
		_, _ = a.out.Write(line)
	case len(a.pending)+len(line) > maxAuditBytes:
		a.dropped++
	default:
		a.pending = append(a.pending, line...)
		a.signal()
	}
}

func (a *auditLog) signal() {
	select {
	case a.wake <- struct{}{}:
	default: // run has not seen the last one yet
	}
}

// start makes lines gather for run. It is called before the first request, so that none sees the change.
func (a *auditLog) start() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running = a.out != nil
}

// run writes what has gathered until ctx is done, then the rest. Under load one write carries many lines.
func (a *auditLog) run(ctx context.Context) {
	var spare []byte
	for {
		select {
		case <-a.wake:
			spare = a.flush(spare)
		case <-ctx.Done():
			a.stop()
			return
		}
	}
}

// flush writes the gathered lines and returns their memory for the next ones.
func (a *auditLog) flush(spare []byte) []byte {
	a.mu.Lock()
	lines := a.take(spare)
	a.mu.Unlock()
	_, _ = a.out.Write(lines) // a log that cannot be written must not cost a callback
	return lines
}

// take returns the gathered lines; the next ones gather in spare. The caller holds mu.
func (a *auditLog) take(spare []byte) []byte {
	lines := a.pending
	if a.dropped > 0 {
		lines = fmt.Appendf(lines, `{"audit":"dropped","lines":%d}`+"\n", a.dropped)
	}
	a.pending, a.dropped = spare[:0], 0
	return lines
}

// stop writes what is left. Later lines are written at once.
func (a *auditLog) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running = false
	if lines := a.take(nil); len(lines) > 0 {
		_, _ = a.out.Write(lines)
	}
}
