// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	tiny      = 256 << 10 // of a segment, so that there are several
	small     = 512 << 10 // the same where more is written
	appendFor = 1500 * time.Millisecond
)

// child is what runs in a process of its own, for it may end by a signal:
//
//	append CANDIDATE DIR SEGMENT FIRST LAST    appends the events of this range, then waits for its end
//	flood CANDIDATE DIR SEGMENT FIRST LAST     the same without a pause after each
//	close CANDIDATE DIR SEGMENT FIRST LAST     the same, but closes the journal
//	starve CANDIDATE DIR SEGMENT FIRST LAST    the same as append, but may open no file from 0.5 s to 2.5 s
//	check CANDIDATE DIR SEGMENT                tells what is there
func child(args []string) error {
	mode, dir := args[0], args[2]
	segment, err := strconv.ParseInt(args[3], 10, 64)
	if err != nil {
		return err
	}
	k, err := find(args[1]).open(dir, segment)
	if err != nil {
		return err
	}
	if mode == "check" {
		return check(k)
	}
	first, err := strconv.ParseInt(args[4], 10, 64)
	if err != nil {
		return err
	}
	last, err := strconv.ParseInt(args[5], 10, 64)
	if err != nil {
		return err
	}
	if mode == "starve" {
		time.AfterFunc(500*time.Millisecond, func() { files(0) })
		time.AfterFunc(2500*time.Millisecond, func() { files(1024) })
	}
	pause := 2 * time.Millisecond
	if mode == "flood" {
		pause = 0
	}
	fill(k, first, last, pause)
	if mode == "close" {
		return k.Close()
	}
	fmt.Println("done")
	select {}
}

// fill appends with 8 appenders and prints a line for each answer.
func fill(k keeper, first, last int64, pause time.Duration) {
	var wg sync.WaitGroup
	var next atomic.Int64
	next.Store(first - 1)
	for range 8 {
		wg.Go(func() {
			for id := next.Add(1); id <= last; id = next.Add(1) {
				if err := appendOne(k, id); err != nil {
					fmt.Printf("error %v\n", err)
					time.Sleep(20 * time.Millisecond) // a full disk refuses thousands of times a second
					continue
				}
				fmt.Printf("ack %d\n", id)
				time.Sleep(pause) // the pace of the load
			}
		})
	}
	wg.Wait()
}

func appendOne(k keeper, id int64) error {
	ctx, cancel := context.WithTimeout(context.Background(), appendFor)
	defer cancel()
	return k.Append(ctx, changed(int(id), id))
}

// check prints the events that are there, whether their content is right, and whether another can be appended.
func check(k keeper) error {
	out := bufio.NewWriter(os.Stdout) // keeps its first error for Flush
	_, _ = fmt.Fprintf(out, "reported %d\n", k.damage())
	for _, key := range k.Keys() {
		var id int64
		_, err := fmt.Sscanf(key.GroupID, "@TGS#%d", &id)
		ev, _, _ := k.Pending(key)
		if err != nil || !bytes.Equal(event.Append(nil, ev), event.Append(nil, changed(int(id), id))) {
			_, _ = fmt.Fprintf(out, "wrong %d\n", id)
		} else {
			_, _ = fmt.Fprintf(out, "have %d\n", id)
		}
	}
	return errors.Join(out.Flush(), appendOne(k, 99_999_999), k.Close())
}

func files(limit uint64) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		panic(err)
	}
	r.Cur = limit
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		panic(err)
	}
}
