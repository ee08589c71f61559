// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
)

// reportFile prints docs/benchmarks.md from the results of a run.
func reportFile(out io.Writer, file string) error {
	r, err := readResults(file)
	if err != nil {
		return err
	}
	report(out, r)
	return nil
}

const reportHead = `# Benchmarks

Written by ` + "`go run ./hack/bench -report FILE`" + ` from the results of one run; do not edit. What is measured, and how, is in
[hack/bench/doc.go](../hack/bench/doc.go). Times drift on shared machines, so what is promised are ratios of two things
measured side by side in one run; the median decides, of counts that must be 0 the worst round.

`

const reportLimits = `
## What the limits are

- Acknowledgements: the processors. The load generator, the operator, kube-apiserver and etcd share them here; on a
  machine of its own the operator acknowledges more. Durability costs what row 1 says.
- Visible changes: the API server. A status write costs it several milliseconds of processor time, so a few hundred a
  second on two processors; bursts for one group collapse into one write, changes of many groups take as long as row 6 says.
- Groups: memory. Row 7 has the operator's; etcd holds about 2 KB and the API server 20 to 30 KB per IMGroup.
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
	p(reportLimits)
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
