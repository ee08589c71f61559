// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Journals compares this project's journal with what could carry it instead, for ADR 0002.
//
//	go run -C hack/journals .          appends a second, p99 and processor time, about 7 minutes
//	go run -C hack/journals . faults   what each does when something goes wrong, about 10 minutes; Linux, root, strace
//
// The name of one fault, such as "flipped bits", may follow.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 3, "rounds, of which each measures every candidate once")
	lasting := flag.Duration("time", 4*time.Second, "time of one measurement")
	flips := flag.Int("flips", 300, "files in which a bit is flipped")
	kills := flag.Int("kills", 50, "kills under load")
	segment := flag.Int64("segment", small, "bytes of a segment while processes are killed")
	flag.Parse()
	var err error
	switch flag.Arg(0) {
	case "child":
		err = child(flag.Args()[1:])
	case "faults":
		err = faults(os.Stdout, flag.Arg(1), *flips, *kills, *segment)
	default:
		err = speed(os.Stdout, *rounds, *lasting, []int{1, 8, 32, 256})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
