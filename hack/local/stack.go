// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
	"github.com/imgroup-operator/imgroup-operator/test/replica"
)

// stack is everything that runs: the control plane, the fake cloud, the sample objects and the operator.
type stack struct {
	settings
	env      *localenv.Env
	client   client.WithWatch
	token    string
	cloud    *cloud
	operator *replica.Replica
}

// startStack starts everything in order. If a part fails, those before it are stopped.
func startStack(ctx context.Context, s settings, out io.Writer) (_ *stack, err error) {
	st := &stack{settings: s}
	defer func() {
		if err != nil {
			err = errors.Join(err, st.stop())
		}
	}()
	printLine(out, "starting etcd and kube-apiserver ...")
	st.env, err = localenv.Start(ctx, localenv.Options{Dir: s.dir, CRDs: []string{s.crds}})
	if err != nil {
		return nil, err
	}
	if err := st.connect(ctx); err != nil {
		return nil, err
	}
	printLine(out, "starting the operator ...")
	if err := st.startOperator(ctx); err != nil {
		return nil, err
	}
	if err := st.awaitApps(ctx); err != nil {
		return nil, err
	}
	st.cloud.tell(ctx, st.callbackURL(cloudName))
	return st, nil
}

// startOperator starts the operator and returns when it is ready.
func (st *stack) startOperator(ctx context.Context) error {
	prepare := newOperator
	if st.pod != "" {
		prepare = newPod
	}
	r, err := prepare(ctx, st.settings, st)
	if err != nil {
		return err
	}
	if err := r.Start(); err != nil {
		return err
	}
	st.operator = r
	return r.AwaitReady(ctx)
}

// connect writes the kubeconfig and the sample objects, which name the fake cloud.
func (st *stack) connect(ctx context.Context) error {
	if err := st.env.Kubeconfig(st.kubeconfig()); err != nil {
		return err
	}
	known, err := newScheme()
	if err != nil {
		return err
	}
	if st.client, err = client.NewWithWatch(st.env.Config, client.Options{Scheme: known}); err != nil {
		return err
	}
	if err := st.startCloud(ctx); err != nil {
		return err
	}
	return applySamples(ctx, st.client, st.token, st.cloud)
}

// startCloud starts the fake cloud with the secrets of an earlier run, if there are any.
func (st *stack) startCloud(ctx context.Context) (err error) {
	if st.token, err = ownSecret(st.tokenFile()); err != nil {
		return err
	}
	key, err := ownSecret(st.secretKeyFile())
	if err != nil {
		return err
	}
	st.cloud, err = startCloud(ctx, key, st.token)
	return err
}

func newScheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	return s, errors.Join(scheme.AddToScheme(s), imv1alpha1.AddToScheme(s))
}

// stop stops everything, the operator first so that it can write what it still holds.
func (st *stack) stop() error {
	var errs []error
	if st.operator != nil {
		errs = append(errs, st.operator.Stop(replica.StopGrace))
	}
	if st.cloud != nil {
		errs = append(errs, st.cloud.stop())
	}
	if st.env != nil {
		errs = append(errs, st.env.Stop())
	}
	return errors.Join(errs...)
}

// callbackURL is what one would paste into the Chat console of an application.
func (st *stack) callbackURL(app string) string {
	return st.operator.URL(sampleNamespace, app)
}

func (st *stack) sender() *fakeim.Sender {
	return &fakeim.Sender{URL: st.callbackURL(sampleName), SDKAppID: sampleSDKAppID, Token: st.token}
}

func printLine(out io.Writer, words ...string) { _, _ = fmt.Fprintln(out, strings.Join(words, " ")) }
