// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import "errors"

// Failures is how many writes the disk has failed in a row, with the appends that it did not finish in time; 0 when the
// last write succeeded. While it is not 0 the journal tries a write of its own twice a second. A full journal is no failure.
func (j *Journal) Failures() int { return int(j.failures.Load()) }

// wrote tells of the outcome of a write.
func (j *Journal) wrote(err error) {
	switch {
	case errors.Is(err, ErrFull):
	case err != nil:
		if j.failures.Add(1) == 1 {
			j.options.Log.Error("the journal's disk fails; trying again twice a second", "error", err)
		}
	default:
		if n := j.failures.Swap(0); n > 0 {
			j.options.Log.Info("the journal's disk writes again", "failures", n)
		}
	}
}
