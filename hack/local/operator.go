// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net"

	"github.com/imgroup-operator/imgroup-operator/test/replica"
)

const customaryCallback = "127.0.0.1:8090"

// newOperator prepares the operator as a plain process of the admin, which may call the fake cloud's REST API.
func newOperator(_ context.Context, s settings, st *stack) (*replica.Replica, error) {
	r, err := replica.New(s.manager, s.dir, st.env.Config)
	if err != nil {
		return nil, err
	}
	if isFree(customaryCallback) {
		r.Callbacks = customaryCallback
	}
	r.Log = s.managerLog()
	r.Args = append(r.Args, "--callback-bind-address="+r.Callbacks, "--callback-external-url=http://"+r.Callbacks,
		"--rest-allowed-hosts="+st.cloud.url, "--leader-elect=false")
	return r, nil
}

func isFree(address string) bool {
	l, err := net.Listen("tcp4", address)
	return err == nil && l.Close() == nil
}
