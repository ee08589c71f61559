// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

const resyncHelp = `Ask the operator to fetch from Tencent what callbacks did not tell, and wait until it is done: of all groups of an
IMApp, or of one group alone. The IMApp needs spec.rest.

The end of a full resync is told by the IMApp. Nothing tells the end for a single group but the group itself: what is
new is shown, and if nothing is after the timeout, then Tencent says what is known already.`

const resyncExample = `  # All groups of an IMApp, with a bar
  kubectl imgroup resync chat

  # One group
  kubectl imgroup resync imgroup/announcements -n im

  # Only ask
  kubectl imgroup resync chat --no-wait`

const (
	appTimeout   = 10 * time.Minute
	groupTimeout = 10 * time.Second
	// lookEvery is how often it is looked how far a resync is; the operator writes that every 10 s.
	lookEvery = 500 * time.Millisecond
)

// resyncOptions are the flags of resync.
type resyncOptions struct {
	wait, noWait bool
	timeout      time.Duration
	format       output
}

func (p *plugin) resyncCommand() *cobra.Command {
	o := &resyncOptions{}
	c := &cobra.Command{
		Use:               "resync {IMAPP|imgroup/NAME}",
		Short:             "Ask for a resync and show its progress",
		Long:              resyncHelp,
		Example:           resyncExample,
		Args:              arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: p.names(either, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkTimeout(c, o.timeout); err != nil {
				return err
			}
			return p.resync(c.Context(), args[0], o)
		},
	}
	c.Flags().BoolVar(&o.wait, "wait", true, "wait for the end")
	c.Flags().BoolVar(&o.noWait, "no-wait", false, "only ask; the same as --wait=false")
	c.Flags().DurationVar(&o.timeout, "timeout", 0, fmt.Sprintf("how long to wait (default: %s, for one group %s)", appTimeout, groupTimeout))
	o.format.addTo(c, "json: one object, at the end")
	return c
}

func (p *plugin) resync(ctx context.Context, arg string, o *resyncOptions) error {
	kind, name, err := parseName(arg, kindApp)
	if err != nil {
		return err
	}
	k, err := p.connect()
	if err != nil {
		return err
	}
	o.wait = o.wait && !o.noWait
	if kind == kindGroup {
		return p.resyncGroup(ctx, k, name, o)
	}
	return p.resyncApp(ctx, k, name, o)
}

func (p *plugin) resyncApp(ctx context.Context, k *cluster, name string, o *resyncOptions) error {
	app, err := k.app(ctx, name)
	if err != nil {
		return err
	}
	if err := canResync(app); err != nil {
		return err
	}
	request, err := p.ask(ctx, k, app)
	if err != nil {
		return err
	}
	r := &resyncResult{Kind: "IMApp", Namespace: app.Namespace, Name: app.Name, Request: request, Outcome: outcomeAsked}
	if !o.wait {
		return p.conclude(r, o, nil, func() error { return p.screen().Line("A resync of the IMApp %s is asked for.", fullName(app)) })
	}
	return p.awaitResync(ctx, k, app, r, o)
}

// canResync tells why nobody would act on a request.
func canResync(app *imv1alpha1.IMApp) error {
	switch {
	case app.Spec.Rest == nil:
		return refused("the IMApp %s has no spec.rest, so nothing can be fetched from Tencent", app.Name)
	case app.Spec.Suspend:
		return refused("the IMApp %s is suspended; resuming it asks for a resync by itself", app.Name)
	}
	return nil
}

// ask sets the annotation that asks for a resync.
func (p *plugin) ask(ctx context.Context, k *cluster, o client.Object) (request string, err error) {
	request = p.now().UTC().Format(timeFormat)
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, imv1alpha1.AnnotationResyncRequestedAt, request)
	return request, k.Patch(ctx, o, client.RawPatch(types.MergePatchType, []byte(patch)), client.FieldOwner("kubectl-imgroup"))
}
