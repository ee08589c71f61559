// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Local runs the operator on this machine, against a real kube-apiserver and etcd and a fake Tencent Chat on loopback:
//
//	go run ./hack/local run    until Ctrl-C, with data that survives to the next run under .local/
//	go run ./hack/local demo   sends a scripted day of callbacks, lets resyncs run, checks the result, and ends
//
// `make run` and `make demo` build what it needs first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

const usage = `usage: go run ./hack/local [flags] run|demo
  run   runs the operator until Ctrl-C; its data stays in -dir
  demo  sends a scripted day of callbacks, lets resyncs run, and checks the result
`

func main() {
	own, err := isolated()
	if err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
	log.SetLogger(logr.Discard()) // the libraries' own; what matters is printed here
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	err = mainWith(ctx, own, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

// mainWith runs the command; own tells that the process has a network of its own.
func mainWith(ctx context.Context, own bool, args []string, out io.Writer) error {
	var o settings
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.StringVar(&o.manager, "manager", "bin/manager", "the operator's binary")
	flags.StringVar(&o.crds, "crds", "config/crd/bases", "folder of the CustomResourceDefinitions")
	flags.StringVar(&o.dir, "dir", ".local", "folder of run's data")
	flags.StringVar(&o.pod, "pod", "", "of the demo, manifests such as dist/install.yaml: run the operator as a Pod of theirs, with its rights and a read-only root (Linux, root)")
	flags.Usage = func() { _, _ = fmt.Fprint(flags.Output(), usage); flags.PrintDefaults() }
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	do, known := map[string]func(context.Context, settings, io.Writer) error{"run": run, "demo": demo}[flags.Arg(0)]
	if !known || flags.NArg() > 1 {
		flags.Usage()
		return errors.New("say run or demo")
	}
	if o.pod != "" && flags.Arg(0) != "demo" {
		return errors.New("-pod is for the demo: nobody reaches the network that it makes")
	}
	o, err := o.ready()
	if err != nil {
		return err
	}
	if o.pod != "" && !own {
		return inOwnNetwork()
	}
	return do(ctx, o, out)
}
