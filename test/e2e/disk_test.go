// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

var mounts = flag.Bool("mounts", false, "let file systems that the tests mount refuse as well; needs root, and Linux")

// diskFault keeps a journal from making files, until it heals.
type diskFault struct {
	size         string // bound of the journal
	refuse, heal func(*operator) error
	restarts     bool // an operator starts in spite of it
	deaf         bool // connections may not be taken, so requests may get no answer
}

// diskFaults prepare faults of the disk that holds a folder, by what is wrong.
func diskFaults() map[string]func(t *testing.T, dir string) diskFault {
	all := systemFaults()
	all["the folder is gone"] = folderGone
	return all
}

// folderGone is what a volume looks like that is not mounted any more: open files stay, and none can be made.
func folderGone(_ *testing.T, dir string) diskFault {
	move := func(from, to string) func(*operator) error {
		return func(*operator) error { return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)) }
	}
	return diskFault{size: "1Mi", refuse: move("journal", "elsewhere"), heal: move("elsewhere", "journal")}
}

func TestADiskThatRefusesCostsNothingAcknowledgedAndServiceResumes(t *testing.T) {
	t.Parallel()
	for name, prepare := range diskFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			fault := prepare(t, dir) // is undone after the operator has ended
			d := newDiskTest(t, "--journal-dir="+filepath.Join(dir, "journal"), "--journal-max-bytes="+fault.size)
			for range 2 {
				d.suffer(fault)
			}
			d.letWrite()
			d.checkState()
		})
	}
}

// suffer goes through a fault from its beginning to its end, and kills the operator after that. Nothing is written to
// the API server meanwhile, so it can only be the disk that makes room.
func (d *diskTest) suffer(f diskFault) {
	d.t.Helper()
	d.fault = f
	d.awaitStatus(http.StatusOK)
	must(d.t, f.refuse(d.o))
	d.fail()
	if f.restarts {
		d.restart()
		d.fail()
	}
	must(d.t, f.heal(d.o))
	within(d.t, catchUp, "the operator is ready by itself", d.o.ready)
	d.awaitStatus(http.StatusOK)
	d.fault = diskFault{}
	d.restart()
}

// fail checks that the operator refuses, and leaves the callbacks to others.
func (d *diskTest) fail() {
	d.t.Helper()
	d.awaitStatus(http.StatusServiceUnavailable)
	within(d.t, stepsAside, "the operator is not ready", d.failing)
	d.endure(d.failing)
}

func TestAJournalAtItsBoundLosesNothingAcknowledgedAndServiceResumes(t *testing.T) {
	t.Parallel()
	d := newDiskTest(t, "--journal-max-bytes=1Mi")
	d.awaitStatus(http.StatusServiceUnavailable)
	d.endure(d.o.ready)
	d.letWrite()
	d.awaitStatus(http.StatusOK)
	d.checkState()
}
