// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// twin is the receiver in a process of its own, see serve.go.
type twin struct {
	*child.Process
	addr string
}

const twinGrace = 20 * time.Second

// startTwin starts a receiver, with a real journal or with one that returns at once.
func (b *bench) startTwin(ctx context.Context, durable bool) (*twin, error) {
	dir, err := b.folder("receiver")
	if err != nil {
		return nil, err
	}
	addr, args, err := b.twinArgs(dir, durable)
	if err != nil {
		return nil, err
	}
	return startSelf(ctx, addr, args, filepath.Join(dir, "audit.log"))
}

func (b *bench) twinArgs(dir string, durable bool) (addr string, args []string, err error) {
	if addr, err = localenv.FreeAddress(); err != nil {
		return "", nil, err
	}
	args = []string{serveCommand, "-addr=" + addr}
	if durable {
		args = append(args, "-journal="+filepath.Join(dir, "journal"))
	}
	if durable && b.profile != "" {
		if err := os.MkdirAll(b.profile, 0o750); err != nil {
			return "", nil, err
		}
		args = append(args, "-profile="+filepath.Join(b.profile, filepath.Base(dir)+".pprof"))
	}
	return addr, args, nil
}

// startSelf starts one of bench's own commands and waits until it listens.
func startSelf(ctx context.Context, addr string, args []string, log string) (*twin, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := child.Start(child.Options{Path: self, Args: args, Log: log})
	if err != nil {
		return nil, err
	}
	if err := child.Await(ctx, p, addr, startTimeout, pollInterval, listens(addr)); err != nil {
		return nil, errors.Join(err, p.Kill())
	}
	return &twin{Process: p, addr: addr}, nil
}

func (t *twin) stop() error { return t.Stop(twinGrace) }

// load is a load for this receiver.
func (t *twin) load(conns int, spell time.Duration) load {
	return load{addr: t.addr, namespace: receiverNamespace, conns: conns, groups: manyGroups, time: spell}
}
