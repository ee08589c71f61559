// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
)

func printHeader(out io.Writer, r results) {
	m := r.Machine
	_, _ = fmt.Fprintf(out, "%s\n%d CPUs, %s, memory %s, kernel %s, %s, %s, load %s\n\n",
		r.Command, m.CPUs, m.Processor, m.Memory, m.Kernel, m.Filesystem, m.Go, m.LoadAtStart)
	if m.busy() {
		_, _ = fmt.Fprintln(out, "others use this machine: the figures will be worse than they need be")
	}
}

// printTable prints what was promised, then the details.
func printTable(out io.Writer, figures []figure) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\nROW\tWHAT\tMIN\tMEDIAN\tMAX\tUNIT\tFLOOR\tGOAL\tVERDICT")
	for _, f := range ordered(figures) {
		_, _ = fmt.Fprintln(t, tabbed(f))
	}
	_ = t.Flush()
	for _, f := range figures {
		if f.Note != "" {
			_, _ = fmt.Fprintf(out, "%s, %s: %s\n", f.Row, f.What, f.Note)
		}
	}
}

func tabbed(f figure) string {
	floor, goal := f.Bound.text()
	if len(f.Values) == 0 {
		return fmt.Sprintf("%s\t%s\t\t\t\t%s\t%s\t%s\t%s", f.Row, f.What, f.Unit, floor, goal, f.verdict())
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", f.Row, f.What,
		number(f.min()), number(f.median()), number(f.max()), f.Unit, floor, goal, f.verdict())
}

// ordered sorts by row; within a row what was promised comes first.
func ordered(figures []figure) []figure {
	sorted := slices.Clone(figures)
	slices.SortStableFunc(sorted, func(a, b figure) int {
		if d := rowNumber(a) - rowNumber(b); d != 0 {
			return d
		}
		return detailLast(a) - detailLast(b)
	})
	return sorted
}

func rowNumber(f figure) int {
	n, _ := strconv.Atoi(f.Row)
	return n
}

func detailLast(f figure) int {
	if f.Bound == nil {
		return 1
	}
	return 0
}
