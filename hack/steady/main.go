// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Steady shows that an installation loses nothing: it sends signed callbacks at a steady rate until it is interrupted or
// its time is up, while somebody restarts, kills or unplugs things, and then looks for every acknowledged one. It needs an
// IMApp that creates IMGroups of the type Public, with a groups.maxCount of at least a fourth of the number that is sent:
// that many are created, and left for inspection.
//
//	go run ./hack/steady -url http://IP:8090/callbacks/NAMESPACE/NAME -sdk-app-id N -token-file FILE -namespace NAMESPACE -for 2m
//
// It exits with 1 if anything acknowledged is not in an IMGroup.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// maxRate of callbacks a second; a ticker is too coarse for more.
const maxRate = 10_000

type settings struct {
	sender      fakeim.Sender
	tokenFile   string
	namespace   string
	rate        int           // callbacks/s
	length      time.Duration // of the sending
	settle      time.Duration // at most, until all is written
	connections int
}

func main() {
	log.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := mainWith(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "steady:", err)
		os.Exit(1)
	}
}

func mainWith(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	reader, err := newReader()
	if err != nil {
		return err
	}
	sent := send(ctx, s)
	fmt.Println(sent)
	if len(sent.acknowledged) == 0 {
		return errors.New("nothing was acknowledged, so nothing is shown")
	}
	return check(context.WithoutCancel(ctx), reader, s, sent)
}

func parse(args []string) (s settings, err error) {
	flags := flag.NewFlagSet("steady", flag.ExitOnError)
	flags.StringVar(&s.sender.URL, "url", "", "callback URL of the IMApp")
	flags.Int64Var(&s.sender.SDKAppID, "sdk-app-id", 1400000001, "the IMApp's sdkAppID")
	flags.StringVar(&s.tokenFile, "token-file", "", "file with the callback token")
	flags.StringVar(&s.namespace, "namespace", "default", "the IMApp's namespace")
	flags.IntVar(&s.rate, "rate", 50, "callbacks per second")
	flags.IntVar(&s.connections, "connections", 16, "callbacks that wait for an answer at the same time, at most")
	flags.DurationVar(&s.length, "for", time.Minute, "how long to send")
	flags.DurationVar(&s.settle, "settle", 2*time.Minute, "how long to wait at most until all is written")
	_ = flags.Parse(args) // it exits
	if s.sender.URL == "" || s.tokenFile == "" || s.rate < 1 || s.rate > maxRate || s.connections < 1 {
		return s, fmt.Errorf("-url and -token-file are needed, -rate is 1 to %d, -connections at least 1", maxRate)
	}
	token, err := os.ReadFile(s.tokenFile)
	s.sender.Token = strings.TrimSpace(string(token))
	return s, err
}

func newReader() (client.Reader, error) {
	known := runtime.NewScheme()
	if err := imv1alpha1.AddToScheme(known); err != nil {
		return nil, err
	}
	access, err := config.GetConfig()
	if err != nil {
		return nil, err
	}
	return client.New(access, client.Options{Scheme: known})
}
