// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// naiveCommand runs the receiver that one writes by hand in an afternoon: verify, read the object, change it, write it,
// again on conflict, then answer. Its client has the limits that controller-runtime's have by default.
const naiveCommand = "naive"

const (
	usualQPS   = 20
	usualBurst = 30
)

type naiveReceiver struct {
	client    client.Client
	namespace string
}

func naive(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(naiveCommand, flag.ContinueOnError)
	addr := flags.String("addr", "", "address to listen on")
	kubeconfig := flags.String("kubeconfig", "", "whom to be")
	namespace := flags.String("namespace", "", "of the IMGroups")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = usualQPS, usualBurst
	c, err := client.New(config, client.Options{Scheme: kube.Scheme()})
	if err != nil {
		return err
	}
	server := &http.Server{Addr: *addr, Handler: naiveReceiver{c, *namespace}, ReadHeaderTimeout: patience}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeHTTP stops when the sender gives up, as a request's context has it.
func (n naiveReceiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := n.receive(r); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprint(w, `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":500}`)
		return
	}
	_, _ = w.Write(bodyOK)
}

func (n naiveReceiver) receive(r *http.Request) error {
	q := r.URL.Query()
	if q.Get("Sign") != fakeim.Sign(token, q.Get("RequestTime")) {
		return errors.New("wrong signature")
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var body struct {
		EventTime             int64
		GroupId, Notification string
	}
	if err := json.Unmarshal(text, &body); err != nil {
		return err
	}
	return n.write(r.Context(), body.GroupId, body.Notification, body.EventTime)
}

func (n naiveReceiver) write(ctx context.Context, id, notification string, eventTime int64) error {
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		var g imv1alpha1.IMGroup
		if err := n.client.Get(ctx, client.ObjectKey{Namespace: n.namespace, Name: groupName(id)}, &g); err != nil {
			return err
		}
		g.Status.Notification = &notification
		g.Status.LastChange.EventTime = microTime(eventTime)
		return n.client.Status().Update(ctx, &g)
	})
}
