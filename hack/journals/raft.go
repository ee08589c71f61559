// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	raftwal "github.com/hashicorp/raft-wal"
)

// raftStore has an entry for each event and each checkpoint.
type raftStore struct {
	wal         *raftwal.WAL
	first, last uint64
}

func openRaft(dir string, segment int64) (store, error) {
	w, err := raftwal.Open(dir, raftwal.WithSegmentSize(int(segment)), raftwal.WithLogger(hclog.NewNullLogger()))
	if err != nil {
		return nil, err
	}
	return &raftStore{wal: w, first: 1}, nil
}

func (s *raftStore) read(f func(record)) (err error) {
	if s.first, err = s.wal.FirstIndex(); err != nil {
		return err
	}
	if s.last, err = s.wal.LastIndex(); err != nil {
		return err
	}
	for i := max(s.first, 1); i <= s.last; i++ {
		var l raft.Log
		if err := s.wal.GetLog(i, &l); err != nil {
			return err
		}
		f(decodeEntry(l.Data))
	}
	return nil
}

func (s *raftStore) write(records []record) error {
	logs := make([]*raft.Log, len(records))
	for i, r := range records {
		logs[i] = &raft.Log{Index: s.last + uint64(i) + 1, Term: 1, Data: appendEntry(r)}
	}
	if err := s.wal.StoreLogs(logs); err != nil {
		return err
	}
	s.last += uint64(len(logs))
	if s.last < s.first+2*keptEntries {
		return nil
	}
	old := s.first
	s.first = s.last - keptEntries
	return s.wal.DeleteRange(old, s.first-1)
}

func (s *raftStore) close() error { return s.wal.Close() }
