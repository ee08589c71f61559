// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/oracle"
)

const (
	demoTimeout  = 2 * time.Minute // for all of it; it takes about 10 s on two cores
	demoPlatform = "iOS"
)

// demo sends the scripted day, shows each answer and the resulting table, and checks both. Then it shows what resyncs
// give, with the fake cloud.
func demo(ctx context.Context, s settings, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, demoTimeout)
	defer cancel()
	dir, err := os.MkdirTemp("", "imgroup-demo-")
	if err != nil {
		return err
	}
	s.dir = dir
	err = demoIn(ctx, s, out)
	if err != nil && !errors.Is(err, context.Canceled) {
		printLine(out, "\nlogs and data are left in", dir)
		return err
	}
	return errors.Join(err, os.RemoveAll(dir))
}

func demoIn(ctx context.Context, s settings, out io.Writer) error {
	st, err := startStack(ctx, s, out)
	if err != nil {
		return err
	}
	checks := &checklist{out: out}
	if s.pod != "" {
		checkPod(st.operator.PID(), checks)
	}
	return errors.Join(st.play(ctx, checks), st.stop())
}

func (st *stack) play(ctx context.Context, checks *checklist) error {
	for _, part := range []func(context.Context, *checklist) error{st.playDay, st.playFirstResync, st.playChange, st.playLoss} {
		if err := part(ctx, checks); err != nil {
			return err
		}
	}
	return checks.result()
}

// playDay sends the scripted day to the application that has no Tencent behind it.
func (st *stack) playDay(ctx context.Context, checks *checklist) error {
	acknowledged, err := st.send(ctx, day(), checks)
	if err != nil {
		return err
	}
	groups, err := st.settled(ctx, acknowledged)
	if err != nil {
		return err
	}
	printTable(checks.out, groups)
	checkGroups(checks, groups)
	difference := oracle.Diff(oracle.Expect(acknowledged), groups)
	checks.that(difference == "", "every IMGroup says what the acknowledged callbacks say, and there is no other", difference)
	return nil
}

// send sends the steps one after another and returns what was acknowledged.
func (st *stack) send(ctx context.Context, steps []step, checks *checklist) ([]oracle.Callback, error) {
	var acknowledged []oracle.Callback
	printLine(checks.out)
	printAnswer(checks.out, "STEP", "HTTP", "ANSWER")
	for _, step := range steps {
		body, err := fakeim.Encode(step.body)
		if err != nil {
			return nil, err
		}
		callback := oracle.Callback{Body: body, Platform: demoPlatform, Received: time.Now()}
		reply, err := st.sender().Send(ctx, body, append(step.options, fakeim.WithPlatform(demoPlatform))...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
		step.check(checks, reply)
		if reply.OK() {
			acknowledged = append(acknowledged, callback)
		}
	}
	return acknowledged, nil
}

// settled waits until the objects agree with what was acknowledged, or long enough, and returns them.
func (st *stack) settled(ctx context.Context, acknowledged []oracle.Callback) ([]imv1alpha1.IMGroup, error) {
	want := oracle.Expect(acknowledged)
	var groups []imv1alpha1.IMGroup
	err := st.awaitOrGoOn(ctx, "the IMGroups to be written", func() (_ bool, err error) {
		groups, err = st.groupsOf(ctx, sampleName)
		return oracle.Diff(want, groups) == "", err
	})
	return groups, err
}

func printTable(out io.Writer, groups []imv1alpha1.IMGroup) {
	t := newTable(out)
	printLine(out)
	t.header()
	for i := range groups {
		t.row(&groups[i])
	}
}
