// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

func TestASegmentThatIsHalfBegunCostsNothingAcknowledged(t *testing.T) {
	t.Parallel()
	d := newDiskTest(t, "--journal-max-bytes=2Mi")
	for range 2 {
		for spare := range 2 {
			d.halfBegin(spare)
		}
	}
	d.letWrite()
	d.checkState()
}

// halfBegin fills a segment while as many files as are spare can be opened, beside those that are closed meanwhile. Short
// callbacks come then, which would fit behind the end of that segment, and the operator is killed.
func (d *diskTest) halfBegin(spare int) {
	d.t.Helper()
	d.text = longText
	d.awaitStatus(http.StatusOK)
	d.fault = diskFault{deaf: true}
	if spare > 0 {
		_ = d.fill(spare) // it may be just enough
	} else {
		eventually(d.t, "a segment cannot be begun", func() error { return d.fill(spare) })
	}
	must(d.t, d.o.LimitOpenFiles(math.MaxUint64))
	d.text = shortText
	for range 3 {
		d.awaitStatus(http.StatusOK)
	}
	d.fault = diskFault{}
	d.restart()
}

// fill sends callbacks that need a new segment.
func (d *diskTest) fill(spare int) error {
	d.t.Helper()
	const perSegment = 8
	d.leaveDescriptors(spare)
	for range perSegment + 1 {
		if d.send() != http.StatusOK {
			return nil
		}
	}
	return errors.New("it was begun")
}

// leaveDescriptors lets the operator open as many files as are spare. It has it take connections first, until no
// descriptor is free between others.
func (d *diskTest) leaveDescriptors(spare int) {
	d.t.Helper()
	must(d.t, d.o.LimitOpenFiles(math.MaxUint64))
	idle := []*net.TCPConn{d.connect()}
	all := d.o.descriptors()
	for slices.Max(all)+1 > uint64(len(all)) {
		idle = append(idle, d.connect())
		all = d.o.descriptors()
	}
	must(d.t, d.o.LimitOpenFiles(slices.Max(all)+1))
	for _, c := range idle[:spare] {
		must(d.t, c.CloseWrite())
		_, err := io.Copy(io.Discard, c) // until the operator has closed it
		must(d.t, err)
	}
}

// connect makes a connection that the operator has taken.
func (d *diskTest) connect() *net.TCPConn {
	d.t.Helper()
	c, err := net.Dial("tcp", d.o.Callbacks)
	must(d.t, err)
	d.t.Cleanup(func() { _ = c.Close() })
	must(d.t, c.SetDeadline(time.Now().Add(harness.Patience)))
	_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: operator\r\n\r\n")
	must(d.t, err)
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	must(d.t, err)
	must(d.t, answer.Body.Close())
	must(d.t, differs(false, answer.Close))
	return c.(*net.TCPConn)
}

func (o *operator) descriptors() (all []uint64) {
	o.t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", o.PID()))
	must(o.t, err)
	for _, f := range files {
		n, err := strconv.ParseUint(f.Name(), 10, 64)
		must(o.t, err)
		all = append(all, n)
	}
	return all
}
