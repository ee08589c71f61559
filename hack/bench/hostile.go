// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// hostileCommand is a sender without a token that holds as many connections as it can, in a process with files of its own.
const hostileCommand = "hostile"

// hostilePause is between the end of a connection and the next try.
const hostilePause = 10 * time.Second

const held = "holds its connections"

// hostileHeads are what its connections begin with, by turns, before they fall silent: one refused request, a header and a
// body that do not go on, a forged signature.
func hostileHeads() []string {
	path := "POST /callbacks/" + receiverNamespace + "/" + appName
	query := fmt.Sprintf("?SdkAppid=%d&RequestTime=%d&Sign=%s", sdkAppID, time.Now().Unix(), strings.Repeat("0", 64))
	return []string{
		"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n",
		path + "?Sign=",
		path + query + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{",
		path + query + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
	}
}

func hostile(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(hostileCommand, flag.ContinueOnError)
	addr := flags.String("addr", "", "address to attack")
	n := flags.Int("connections", 0, "how many to hold")
	if err := flags.Parse(args); err != nil {
		return err
	}
	heads := hostileHeads()
	var opened atomic.Int64
	for i := range *n {
		go func() {
			for ctx.Err() == nil {
				hold(ctx, *addr, heads[i%len(heads)], func() {
					if opened.Add(1) == int64(*n) {
						fmt.Fprintln(os.Stderr, held)
					}
				})
				sleepUntil(ctx, time.Now().Add(hostilePause))
			}
		}()
	}
	<-ctx.Done()
	return nil
}

// hold opens a connection and keeps it until the other side ends it.
func hold(ctx context.Context, addr, head string, opened func()) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	opened()
	_, _ = io.WriteString(c, head)
	_, _ = io.Copy(io.Discard, c)
}

// startHostile starts the sender and waits until it has opened all its connections once.
func (b *bench) startHostile(ctx context.Context, addr string, connections int) (*child.Process, error) {
	dir, err := b.folder(hostileCommand)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log := filepath.Join(dir, "log")
	p, err := child.Start(child.Options{Path: self, Log: log, Args: []string{hostileCommand, "-addr=" + addr, fmt.Sprintf("-connections=%d", connections)}})
	if err != nil {
		return nil, err
	}
	return p, child.Await(ctx, p, "the untrusted sender", startTimeout, pollInterval, func(context.Context) error {
		if text, _ := os.ReadFile(log); !strings.Contains(string(text), held) {
			return fmt.Errorf("it has not opened %d connections yet", connections)
		}
		return nil
	})
}
