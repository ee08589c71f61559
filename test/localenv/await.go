// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv

import (
	"context"
	"net/http"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// startTimeout bounds each wait: a cold kube-apiserver takes 5 to 20 s on two busy cores.
const startTimeout = 60 * time.Second

// pollInterval is short since every test waits for it, and long enough to leave the processor to what is awaited.
const pollInterval = 50 * time.Millisecond

// awaitOK waits until a URL answers 200.
func awaitOK(ctx context.Context, p *child.Process, client *http.Client, url string) error {
	return child.Await(ctx, p, url, startTimeout, pollInterval, child.AnswersOK(client, url))
}
