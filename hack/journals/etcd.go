// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.etcd.io/raft/v3/raftpb"
	"go.uber.org/zap"
)

// etcdStore has an entry for each event and each checkpoint.
type etcdStore struct {
	dir         string
	wal         *wal.WAL
	index, base uint64
	entries     []*raftpb.Entry
}

const term = 1

func openEtcd(dir string, segment int64) (store, error) {
	wal.SegmentSizeBytes = segment
	s := &etcdStore{dir: filepath.Join(dir, "wal")}
	if !wal.Exist(s.dir) {
		w, err := wal.Create(zap.NewNop(), s.dir, nil)
		s.wal = w
		return s, err
	}
	err := s.reopen()
	if errors.Is(err, io.ErrUnexpectedEOF) && wal.Repair(zap.NewNop(), s.dir) { // as etcd itself does
		err = s.reopen()
	}
	return s, err
}

func (s *etcdStore) reopen() error {
	snapshots, err := wal.ValidSnapshotEntries(zap.NewNop(), s.dir)
	if err != nil {
		return err
	}
	if len(snapshots) == 0 {
		return errors.New("no snapshot")
	}
	newest := snapshots[len(snapshots)-1]
	if s.wal, err = wal.Open(zap.NewNop(), s.dir, newest); err != nil {
		return err
	}
	_, _, s.entries, err = s.wal.ReadAll()
	if err != nil {
		return errors.Join(err, s.wal.Close())
	}
	s.base = newest.GetIndex()
	s.index = s.base + uint64(len(s.entries))
	return nil
}

func (s *etcdStore) read(f func(record)) error {
	for _, e := range s.entries {
		f(decodeEntry(e.GetData()))
	}
	s.entries = nil
	return nil
}

func (s *etcdStore) write(records []record) error {
	entries := make([]*raftpb.Entry, 0, len(records))
	for i, r := range records {
		entries = append(entries, &raftpb.Entry{Term: new(uint64(term)), Index: new(s.index + uint64(i) + 1), Data: appendEntry(r)})
	}
	if err := s.wal.Save(&raftpb.HardState{}, entries); err != nil {
		return err
	}
	s.index += uint64(len(entries))
	return s.cut()
}

// cut deletes what is older than keptEntries, by a snapshot as etcd takes them.
func (s *etcdStore) cut() error {
	if s.index < s.base+2*keptEntries {
		return nil
	}
	s.base = s.index - keptEntries
	if err := s.wal.Save(&raftpb.HardState{Term: new(uint64(term)), Commit: new(s.index)}, nil); err != nil {
		return err
	}
	if err := s.wal.SaveSnapshot(&walpb.Snapshot{Index: new(s.base), Term: new(uint64(term)), ConfState: &raftpb.ConfState{}}); err != nil {
		return err
	}
	if err := s.wal.ReleaseLockTo(s.base); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(s.dir, "*.wal"))
	if err != nil {
		return err
	}
	for i := range len(names) - 1 {
		var seq, first uint64
		if _, err := fmt.Sscanf(filepath.Base(names[i+1]), "%x-%x.wal", &seq, &first); err != nil || first > s.base {
			return err
		}
		if err := os.Remove(names[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *etcdStore) close() error { return s.wal.Close() }
