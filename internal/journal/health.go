// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"time"
)

// probeInterval is how often a journal whose disk has failed tries whether it writes again.
const probeInterval = time.Second

// Failures is how many writes the disk has failed in a row, with the appends that it did not finish in time; 0 when the
// last write succeeded. While it is not 0 the journal tries a write of its own each second. A full journal is no failure.
func (j *Journal) Failures() int { return int(j.failures.Load()) }

// wrote tells of the outcome of a write.
func (j *Journal) wrote(err error) {
	switch {
	case errors.Is(err, ErrFull):
		if j.failures.Load() > 0 {
			j.probing.Reset(probeInterval)
		}
		return
	case err == nil:
		if n := j.failures.Swap(0); n > 0 {
			j.options.Log.Info("the journal's disk writes again", "failures", n)
		}
		return
	}
	if j.failed() == 1 {
		j.options.Log.Error("the journal's disk fails; trying again each second", "error", err)
	}
}

func (j *Journal) failed() int64 {
	defer j.probing.Reset(probeInterval) // nobody stops it, so none that is counted goes without a probe
	return j.failures.Add(1)
}

// probe writes a record that says nothing.
func (j *Journal) probe() {
	if j.failures.Load() == 0 {
		return
	}
	err := j.spare(minRecord)
	if err == nil {
		err = j.log.write(appendRecord(nil, j.log.seed, record{kind: kindSkip, batch: j.log.active().end}))
	}
	j.wrote(err)
}
