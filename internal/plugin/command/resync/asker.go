// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

const (
	appTimeout   = 10 * time.Minute
	groupTimeout = 10 * time.Second
	// lookEvery is how often it is looked how far a resync is; the operator writes that every 10 s.
	lookEvery = 500 * time.Millisecond
)

// options are the flags of resync.
type options struct {
	wait, noWait bool
	timeout      time.Duration
	format       cli.Output
}

// asker asks for one resync and waits for its end.
type asker struct {
	*cli.Env
	*options

	cluster *cluster.Cluster
}

// canResync tells why nobody would act on a request.
func canResync(app *imv1alpha1.IMApp) error {
	switch {
	case app.Spec.Rest == nil:
		return exit.Refused("the IMApp %s has no spec.rest, so nothing can be fetched from Tencent", app.Name)
	case app.Spec.Suspend:
		return exit.Refused("the IMApp %s is suspended; resuming it asks for a resync by itself", app.Name)
	}
	return nil
}

// ask sets the annotation that asks for a resync.
func (a *asker) ask(ctx context.Context, o client.Object) (request string, err error) {
	request = a.Now().UTC().Format(words.TimeFormat)
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, imv1alpha1.AnnotationResyncRequestedAt, request)
	return request, a.cluster.Change(ctx, o, patch)
}
