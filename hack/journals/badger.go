// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"

	"github.com/dgraph-io/badger/v4"
)

// badgerStore has a key for each pending event. Its own compaction makes room.
type badgerStore struct {
	db   *badger.DB
	rows rows
}

func openBadger(dir string, segment int64) (store, error) {
	o := badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil).WithDetectConflicts(false)
	if segment < o.MemTableSize {
		o = o.WithMemTableSize(max(segment, 1<<20)).WithValueLogFileSize(max(segment, 1<<20)).WithValueThreshold(32 << 10)
	}
	db, err := badger.Open(o)
	return &badgerStore{db: db, rows: rows{}}, err
}

func rowKey(group string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(group), seq)
}

func (s *badgerStore) read(f func(record)) error {
	return s.db.View(func(t *badger.Txn) error {
		i := t.NewIterator(badger.DefaultIteratorOptions)
		defer i.Close()
		for i.Rewind(); i.Valid(); i.Next() {
			key := i.Item().Key()
			n := len(key) - 8
			r := record{group: string(key[:n]), seq: binary.BigEndian.Uint64(key[n:])}
			var err error
			if r.payload, err = i.Item().ValueCopy(nil); err != nil {
				return err
			}
			s.rows.note(r)
			f(r)
		}
		return nil
	})
}

func (s *badgerStore) write(records []record) error {
	err := s.db.Update(func(t *badger.Txn) error {
		for _, r := range records {
			if err := s.stage(t, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range records {
		s.rows.note(r)
	}
	return nil
}

func (s *badgerStore) stage(t *badger.Txn, r record) error {
	if r.payload != nil {
		return t.Set(rowKey(r.group, r.seq), r.payload)
	}
	for _, seq := range s.rows.upTo(r) {
		if err := t.Delete(rowKey(r.group, seq)); err != nil {
			return err
		}
	}
	return nil
}

func (s *badgerStore) close() error { return s.db.Close() }
