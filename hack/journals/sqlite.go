// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"path/filepath"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// sqliteStore has a row for each pending event and one transaction for each batch. It needs no compaction. The package
// runs the same translated SQLite as modernc.org/sqlite does, without database/sql.
type sqliteStore struct {
	conn *sqlite.Conn
	rows rows
}

// The exclusive lock keeps a second process out, and the index of the WAL in memory instead of a mapped file.
var schema = []string{
	"pragma locking_mode = exclusive",
	"pragma journal_mode = wal",
	"pragma synchronous = full",
	"create table if not exists pending (seq integer primary key, grp blob, event blob)",
}

func openSQLite(dir string) (store, error) {
	conn, err := sqlite.OpenConn(filepath.Join(dir, "journal.db"), sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	for _, q := range schema {
		if err := sqlitex.ExecuteTransient(conn, q, nil); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return sqliteStore{conn, rows{}}, nil
}

func (s sqliteStore) write(records []record) error {
	if err := s.commit(records); err != nil {
		return err
	}
	for _, r := range records {
		s.rows.note(r)
	}
	return nil
}

func (s sqliteStore) commit(records []record) (err error) {
	end, err := sqlitex.ImmediateTransaction(s.conn)
	if err != nil {
		return err
	}
	defer end(&err)
	for _, r := range records {
		if r.payload != nil {
			if err := s.run("insert into pending values (?, ?, ?)", int64(r.seq), []byte(r.group), r.payload); err != nil {
				return err
			}
			continue
		}
		for _, seq := range s.rows.upTo(r) {
			if err := s.run("delete from pending where seq = ?", int64(seq)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s sqliteStore) run(query string, args ...any) error {
	return sqlitex.Execute(s.conn, query, &sqlitex.ExecOptions{Args: args})
}

func (s sqliteStore) read(f func(record)) error {
	each := func(row *sqlite.Stmt) error {
		group, payload := make([]byte, row.ColumnLen(1)), make([]byte, row.ColumnLen(2))
		row.ColumnBytes(1, group)
		row.ColumnBytes(2, payload)
		r := record{group: string(group), seq: uint64(row.ColumnInt64(0)), payload: payload}
		s.rows.note(r)
		f(r)
		return nil
	}
	return sqlitex.Execute(s.conn, "select seq, grp, event from pending order by seq", &sqlitex.ExecOptions{ResultFunc: each})
}

func (s sqliteStore) close() error { return s.conn.Close() }
