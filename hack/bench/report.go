// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// reportFile prints docs/benchmarks.md from the results of a run, or of several with some rows each.
func reportFile(out io.Writer, files string) error {
	var all results
	for i, file := range strings.Split(files, ",") {
		r, err := readResults(file)
		if err != nil {
			return err
		}
		if i == 0 {
			all = r
			continue
		}
		all.add(r)
	}
	report(out, all)
	return nil
}

// add takes the rows of another run on the same machine. A row that both have is the other's.
func (r *results) add(other results) {
	r.Figures = slices.DeleteFunc(r.Figures, func(f figure) bool {
		return slices.ContainsFunc(other.Figures, func(o figure) bool { return o.Row == f.Row })
	})
	r.Command += ", then " + other.Command
	r.Figures, r.Errors, r.Finished = append(r.Figures, other.Figures...), other.Errors, other.Finished
}

const reportHead = `# Benchmarks

Written by ` + "`go run ./hack/bench -report FILE`" + ` from the results of a run; do not edit. What is measured, and how, is in
[hack/bench/doc.go](../hack/bench/doc.go). Times drift on shared machines, so what is promised are ratios of two things
measured side by side in one run; the median decides, of counts that must be 0 the worst round.

`

const reportGoals = `
## Goals that are not reached, and why

- Row 1, ratio: a durable callback costs a half more than one that is not: the sync itself (6 % of the processor time in
  a profile of the receiver), and waiting for it, which parks and wakes every request. Larger batches are the only thing
  that helps; the linger is at its bound of 1 ms. Next: io_uring, which would spare the write its own system call.
- Row 1, processor time: of what is left a third is system calls for the sockets, a third net/http, a tenth the
  collector; verify, decode, metrics and audit together take 6 of about 40 µs (` + "`go test ./webhook -run '^$' -bench Handler`" + `).
  The audit line by hand instead of by encoding/json, and a heap that is not collected many times a second, took it from
  62 µs to this. Next: nothing short of another HTTP server.
- Row 2: the acknowledgements share two processors with the API server that takes the writes. One writer while the
  receiver is saturated ([0009](adr/0009-answers-come-before-writes.md)) took it from 29 to this; on processors of its own the
  receiver does what row 1 says.
- Row 3: an acknowledgement is a sync and five ways through the scheduler; at 8 connections the batch before is nearly always
  under way, so a callback waits for one and a half syncs.
- Row 6: creating and patching take turns with the watch cache on the same processors; the operator itself takes a
  tenth of the time.
- Row 7: 1.8 KB of heap for each IMGroup (` + "`go test ./internal/groupstatus -run '^$' -bench CachedIMGroup`" + `), of which the typed
  object has 1.5: conditions, clocks, metadata. Next: a cache of our own that holds the merge law's state alone.
`

const reportHot = `
## The hot packages

` + "`go test ./webhook ./internal/... -run '^$' -bench .`" + ` measures each by itself; on the machine above one
callback costs 6 to 8 µs and 22 allocations in the handler, 1 to 2 µs and 1 allocation in the merge, 13 µs and 34
allocations in group sync before the patch; a group that a resync finds unchanged costs 3.5 µs and 7 allocations.
` + "`go run ./hack/bench -rows 1 -profile DIR`" + ` profiles the receiver.
`

const reportLimits = `
## What the limits are

- Acknowledgements: the processors. The load generator, the operator, kube-apiserver and etcd share them here; on a
  machine of its own the operator acknowledges more. Durability costs what row 1 says.
- Visible changes: the API server. A status write costs it several milliseconds of processor time, so a few hundred a
  second on two processors; bursts for one group collapse into one write, changes of many groups take as long as row 6 says.
- Groups: memory. Row 7 has the operator's, the API server's and the bytes in etcd.
- Outages: the journal. It holds one folded change per group, whatever the number of callbacks.
`

func report(out io.Writer, r results) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	m := r.Machine
	p(reportHead)
	p("- Run: `%s`, %s, %s\n", r.Command, r.Started.Format("2006-01-02 15:04 UTC"), r.Finished.Sub(r.Started).Round(1e9))
	p("- Machine: %d CPUs (%s), memory %s, kernel %s, %s, %s\n", m.CPUs, m.Processor, m.Memory, m.Kernel, m.Filesystem, m.Go)
	p("- Load average: %s before, %s after\n", m.LoadAtStart, m.LoadAtEnd)
	if r.Quick {
		p("- A quick run: fewer groups and shorter spells than the promises are about\n")
	}
	if m.busy() {
		p("- The machine was busy with other work: these figures say little about the project\n")
	}
	p("\n## What was promised\n\n| # | figure | min | median | max | unit | floor | goal | verdict |\n|---|---|---|---|---|---|---|---|---|\n")
	reportRows(p, r.Figures, true)
	p("\n## What is behind it\n\n| # | figure | min | median | max | unit | floor | goal | verdict |\n|---|---|---|---|---|---|---|---|---|\n")
	reportRows(p, r.Figures, false)
	p("%s", reportGoals)
	p("%s", reportHot)
	p("%s", reportLimits)
	for _, e := range r.Errors {
		p("\nNot measured: %s\n", e)
	}
}

func reportRows(p func(string, ...any), figures []figure, promised bool) {
	for _, f := range ordered(figures) {
		if (f.Bound != nil) != promised || len(f.Values) == 0 {
			continue
		}
		floor, goal := f.Bound.text()
		p("| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", f.Row, f.What,
			number(f.min()), number(f.median()), number(f.max()), f.Unit, floor, goal, f.verdict())
	}
}
