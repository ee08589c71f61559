// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"
)

// The environment of this program as a launcher of another one, see launch.
const (
	launchProgram = "E2E_LAUNCH"
	launchError   = "E2E_LAUNCH_ERROR" // which reads fail with
	launchFrom    = "E2E_LAUNCH_FROM"  // the offset in a file from which they do
)

const pageSize = 4096

// readFailing makes the next starts fail to read files: whole ones of more than a page, and pages from an offset on.
func (o *operator) readFailing(errno syscall.Errno, from int) {
	o.t.Helper()
	self, err := os.Executable()
	must(o.t, err)
	o.Path = self
	o.Env = []string{launchProgram + "=" + world.binary, fmt.Sprint(launchError, "=", int(errno)), fmt.Sprint(launchFrom, "=", from)}
}

// unreadable is an operator that was killed with some segments full of pending callbacks.
func unreadable(t *testing.T) *diskTest {
	t.Helper()
	d := newDiskTest(t, "--journal-max-bytes=4Mi")
	for range 60 {
		if status := d.send(); status != http.StatusOK {
			t.Fatalf("answered with %d", status)
		}
	}
	d.o.kill()
	return d
}

// readAgain starts the operator with a disk that can be read, and checks that everything is there.
func (d *diskTest) readAgain() {
	d.t.Helper()
	d.o.Path, d.o.Env = world.binary, nil
	d.restart()
	d.letWrite()
	d.checkState()
}

func TestAStartThatCannotReadLeavesTheJournalAsItIs(t *testing.T) {
	t.Parallel()
	d := unreadable(t)
	d.o.readFailing(syscall.ENOMEM, 0)
	checkOneLine(t, d.o, "", "opening the journal", d.o.Journal(), syscall.ENOMEM.Error())
	d.readAgain()
}

func TestWhatADiskDoesNotGiveIsThereAtTheNextStart(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]int{"nothing can be read": 0, "the beginning of each file can be read": 4 * pageSize} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := unreadable(t)
			d.started = time.Now()
			d.o.readFailing(syscall.EIO, from)
			d.o.start()
			d.o.awaitReady()
			if d.o.metric(damageMetric) == 0 {
				t.Error("nothing was reported")
			}
			d.awaitStatus(http.StatusOK)
			d.checkAsked()
			d.readAgain()
		})
	}
}
