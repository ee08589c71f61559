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

- Rows 1 and 3: what is measured is as much the machine as the code. The version before the journal and the status changed, and this
  one, by turns, twice each (` + "`go run ./hack/bench -quick -rows 1,2,3`" + `): ratio 0.66 and 0.69, then 0.58 and 0.65; processor time
  54 and 75 µs, 78 and 68 µs; row 3 6.8 and 7.9, then 6.4 and 6.9.
- Row 1, ratio: a durable callback costs a half more than one that is not: the sync itself (6 % of the processor time in
  a profile of the receiver), and waiting for it, which parks and wakes every request. A linger of 3 ms in place of 1 ms did not
  change it. Next: io_uring, which would spare the write its own system call.
- Row 1, processor time: of what is left a third is system calls for the sockets, a third net/http, a tenth the
  collector; decoding takes 15 %, the journal another 15 % (` + "`go run ./hack/bench -rows 1 -profile DIR`" + `). A build guided by a
  profile changed it by less than the rounds differ. Next: nothing short of another HTTP server.
- Row 2: the acknowledgements share two processors with the API server that takes the writes. One writer while the
  receiver is saturated ([0009](adr/0009-answers-come-before-writes.md)) doubled it. The same comparison by turns: 15,300 and
  10,800 acknowledgements a second before, 11,300 and 14,800 now; but 269 and 184 bare status writes of the object before, 370 and
  382 of the smaller one. So the same acknowledgements are fewer for each write. Fewer writes would help it, and make every change
  visible later; on processors of its own the receiver does what row 1 says.
- Row 3: at 8 connections the processors are what is waited for: at 57 µs for each, eight callbacks keep two of them busy for 0.23 ms
  in the receiver alone, twice what this disk needs for a sync.
- Row 4: a callback is visible after one more way through a queue and the scheduler than a bare write, and a sync.
- Row 6: the watch cache, etcd and the operator (a tenth of the time) share the processors with the patches. What is left is the
  number of requests: one for each group.
- Row 7: the process has 46 MiB with few IMGroups, of which 26 are garbage that spares collections. Each IMGroup takes 0.4 KB packed
  (` + "`go test ./internal/groupcache -run '^$' -bench Memory`" + `); the informer's maps, and garbage of 40 %, make it 1 KiB.
  Next: an informer whose key is the packed object's own.
- Row 11: decoding takes most of the operator's time, and the API server takes as much again to encode and send. A compressed
  list would cost the API server less, but must end within the 60 s that it grants a request: to decode 1,000,000 IMGroups alone
  takes more than half of that (34 to 58 µs each here, ` + "`go test ./internal/groupcache -run '^$' -bench Decode`" + `).
- Rows 17 and 18: what is left is the object's metadata, labels and owner, and the two conditions that kstatus asks for.
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
