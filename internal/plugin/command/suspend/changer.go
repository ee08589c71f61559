// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package suspend

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// lookEvery is how often it is looked whether the operator has seen a change.
const lookEvery = 200 * time.Millisecond

// result is what became of one IMApp.
type result struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Suspended bool   `json:"suspended"`
	Changed   bool   `json:"changed"`
	InForce   bool   `json:"inForce"` // the operator acts on it
}

// changer suspends or resumes.
type changer struct {
	*cli.Env
	*options

	cluster *cluster.Cluster
	suspend bool
}

// run changes all IMApps, or none if one of them does not exist, and then waits for all.
func (c *changer) run(ctx context.Context, names []string) error {
	apps := make([]*imv1alpha1.IMApp, len(names))
	for i, name := range names {
		var err error
		if apps[i], err = c.cluster.App(ctx, name); err != nil {
			return err
		}
	}
	all := make([]result, len(apps))
	for i, app := range apps {
		var err error
		if all[i], err = c.set(ctx, app); err != nil {
			return err
		}
	}
	err := c.awaitAll(ctx, apps, all)
	if c.format.IsSet() {
		return cmp.Or(c.Print(c.format, all), err)
	}
	for i := range all {
		err = cmp.Or(c.Screen().Line("%s", all[i].text()), err)
	}
	return err
}

// set changes one IMApp, unless it is as it should be.
func (c *changer) set(ctx context.Context, app *imv1alpha1.IMApp) (result, error) {
	r := result{Namespace: app.Namespace, Name: app.Name, Suspended: c.suspend, Changed: app.Spec.Suspend != c.suspend}
	if !r.Changed {
		return r, nil
	}
	return r, c.cluster.Change(ctx, app, fmt.Sprintf(`{"spec":{"suspend":%t}}`, c.suspend))
}

func (c *changer) awaitAll(ctx context.Context, apps []*imv1alpha1.IMApp, all []result) error {
	if c.noWait {
		return nil
	}
	err := c.Await(ctx, lookEvery, c.timeout, func(ctx context.Context) (bool, error) {
		waiting := false
		for i, app := range apps {
			if all[i].InForce {
				continue
			}
			if err := c.cluster.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
				return false, err
			}
			if app.Spec.Suspend != c.suspend {
				return false, exit.Refused("somebody has set spec.suspend of the IMApp %s back", app.Name)
			}
			all[i].InForce = app.Status.ObservedGeneration >= app.Generation
			waiting = waiting || !all[i].InForce
		}
		return !waiting, nil
	})
	if cli.IsLate(err) {
		return exit.TimedOut("the operator has not acted on it after %s: does it run, and serve the namespace?", c.timeout)
	}
	return err
}

func (r *result) text() string {
	name := r.Namespace + "/" + r.Name
	word := "resumed: callbacks are accepted"
	if r.Suspended {
		word = "suspended: callbacks are answered with 404"
	}
	switch {
	case !r.InForce:
		word += ", once the operator has seen it"
	case !r.Changed && r.Suspended:
		word = "suspended already"
	case !r.Changed:
		word = "not suspended"
	}
	return fmt.Sprintf("The IMApp %s is %s.", name, word)
}
