// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

// rows holds the numbers of the pending events of each group, for stores that have a row for each event. With them a
// checkpoint needs no index and no scan of the store.
type rows map[string][]uint64

// upTo returns what a checkpoint takes away.
func (r rows) upTo(checkpoint record) []uint64 {
	seqs := r[checkpoint.group]
	n := 0
	for n < len(seqs) && seqs[n] <= checkpoint.seq {
		n++
	}
	return seqs[:n]
}

// note follows what was written.
func (r rows) note(rec record) {
	if rec.payload != nil {
		r[rec.group] = append(r[rec.group], rec.seq)
		return
	}
	r[rec.group] = r[rec.group][len(r.upTo(rec)):]
}
