// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "encoding/binary"

// keptEntries is how many of a log's newest entries the workload may still need: the logs cut off what is older. Only
// a journal that carries forward what is pending may do so without knowing the workload; that is not written here.
const keptEntries = 200_000

// appendEntry encodes a record for a log that knows only numbered entries.
func appendEntry(r record) []byte {
	if r.payload == nil {
		return append(binary.AppendUvarint([]byte{0}, r.seq), r.group...)
	}
	return append(binary.AppendUvarint([]byte{1}, r.seq), r.payload...)
}

func decodeEntry(b []byte) record {
	seq, n := binary.Uvarint(b[1:])
	if b[0] == 0 {
		return record{seq: seq, group: string(b[1+n:])}
	}
	return record{seq: seq, payload: b[1+n:]}
}
