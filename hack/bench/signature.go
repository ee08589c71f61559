// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// signEvery is how often the load signs anew; a signature is good for a minute.
const signEvery = 10 * time.Second

// signature is the part of the query that proves who sends.
type signature struct{ requestTime, sign string }

func signNow() *signature {
	now := strconv.FormatInt(time.Now().Unix(), 10)
	return &signature{requestTime: now, sign: fakeim.Sign(token, now)}
}

// forged is a signature that looks like one.
func (s *signature) forged() *signature {
	return &signature{requestTime: s.requestTime, sign: fakeim.Sign("not "+token, s.requestTime)}
}

// keepSigning renews a signature until the context ends.
func keepSigning(ctx context.Context, s *atomic.Pointer[signature]) {
	tick := time.NewTicker(signEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.Store(signNow())
		}
	}
}
