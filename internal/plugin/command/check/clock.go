// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"
	"net/http"
	"time"

	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

const (
	// maxSkew is how far the time of a request may be from the operator's clock.
	maxSkew = 60 * time.Second
	// goodSkew leaves room for it, and for what a header rounds away.
	goodSkew = 10 * time.Second
)

// clock compares the clock of this machine with the API server's, for send signs by it.
func clock(ctx context.Context, k *cluster.Cluster, now func() time.Time) finding {
	f := finding{Check: "clock", Of: "API server"}
	httpClient, err := rest.HTTPClientFor(k.Config)
	if err != nil {
		return f.unread(err)
	}
	base, _, err := rest.DefaultServerUrlFor(k.Config)
	if err != nil {
		return f.unread(err)
	}
	return f.compareClock(ctx, httpClient, base.JoinPath("version").String(), now)
}

func (f finding) compareClock(ctx context.Context, c *http.Client, url string, now func() time.Time) finding {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return f.unread(err)
	}
	before := now()
	response, err := c.Do(request)
	if err != nil {
		return f.unread(err)
	}
	_ = response.Body.Close()
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return f.with(unknown, "it does not tell its time")
	}
	skew := now().Add(before.Sub(now()) / 2).Sub(at).Round(time.Second)
	switch {
	case skew.Abs() >= maxSkew:
		return f.with(failure, "this machine's clock is %s from it: signatures of send are refused", skew)
	case skew.Abs() >= goodSkew:
		return f.with(warning, "this machine's clock is %s from it", skew)
	}
	return f.with(ok, "this machine's clock agrees")
}
