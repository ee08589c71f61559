// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// bench is one run.
type bench struct {
	settings
	plan
	out     io.Writer
	work    string // this run's folder; removed at the end
	cluster *cluster
	results results
	names   int // numbers given to folders and namespaces so far
}

// measure runs the rows one after another. One that fails does not keep the others from being measured.
func measure(ctx context.Context, s settings, out io.Writer) (err error) {
	b := &bench{settings: s, plan: fullPlan(), out: out}
	if s.quick {
		b.plan = quickPlan()
	}
	if b.work, err = os.MkdirTemp(s.dir, "imgroup-bench-"); err != nil {
		return err
	}
	b.results = newResults(s, b.work)
	printHeader(out, b.results)
	for _, r := range rows() {
		if len(s.rows) == 0 || slices.Contains(s.rows, r.id) {
			err = errors.Join(err, b.run(ctx, r))
		}
	}
	err = errors.Join(err, b.cluster.stop(), b.finish())
	return errors.Join(err, os.RemoveAll(b.work))
}

func (b *bench) run(ctx context.Context, r row) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	start, before := time.Now(), len(b.results.Figures)
	b.say("row %s: %s ...", r.id, r.title)
	err := r.measure(b, ctx)
	b.say("row %s took %s", r.id, time.Since(start).Round(100*time.Millisecond))
	for _, f := range b.results.Figures[before:] {
		b.say("    %s", f.line())
	}
	if err != nil {
		err = fmt.Errorf("row %s: %w", r.id, err)
		b.say("%v", err)
		b.results.Errors = append(b.results.Errors, err.Error())
	}
	return err
}

// finish prints the table and writes the file.
func (b *bench) finish() error {
	b.results.Finished = time.Now().UTC()
	b.results.Machine.LoadAtEnd = loadAverage()
	printTable(b.out, b.results.Figures)
	if b.json == "" {
		return nil
	}
	return b.results.write(b.json)
}

// rounds repeats a measurement and stops at the first error.
func (b *bench) eachRound(ctx context.Context, f func() error) error {
	for range b.rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// name makes names for folders and namespaces that no other row has.
func (b *bench) name(kind string) string {
	b.names++
	return fmt.Sprintf("%s-%d", kind, b.names)
}

// folder is a new folder of this run.
func (b *bench) folder(kind string) (string, error) {
	dir := filepath.Join(b.work, b.name(kind))
	return dir, os.Mkdir(dir, 0o700)
}

func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.out, time.Now().Format("15:04:05 ")+format+"\n", args...)
}
