// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package complete completes names from the cluster, for shells that take nothing on trust.
package complete

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

const (
	// completionTimeout bounds a question to the cluster while somebody waits for the tab key.
	completionTimeout = 3 * time.Second
	// maxCompletions is more than anybody reads.
	maxCompletions = 1000
)

// Completer completes the next argument of a command.
type Completer = func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective)

// candidates are the names that begin with what was typed.
type candidates struct {
	typed string
	names []cobra.Completion
	known map[string]bool // also those that were typed before
}

// add leaves out what a shell or a terminal would not take as it is.
func (c *candidates) add(name, description string) {
	if c.full() || c.known[name] || !strings.HasPrefix(name, c.typed) || !isHarmless(name) {
		return
	}
	c.known[name] = true
	if description != "" {
		name = cobra.CompletionWithDesc(name, description)
	}
	c.names = append(c.names, name)
}

func (c *candidates) full() bool { return len(c.names) >= maxCompletions }

// Lister adds names from the cluster.
type Lister func(context.Context, *cluster.Cluster, *candidates) error

// Names completes names from the cluster; without a bound with max 0.
func Names(e *cli.Env, list Lister, max int) Completer {
	return func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if max > 0 && len(args) >= max {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(c.Context(), e, args, typed, list)
	}
}

func complete(ctx context.Context, e *cli.Env, args []string, typed string, list Lister) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	k, err := e.Connect()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	all := &candidates{typed: typed, known: map[string]bool{}}
	for _, arg := range args {
		all.known[arg] = true
	}
	if err := list(ctx, k, all); err != nil && len(all.names) == 0 {
		return nil, cobra.ShellCompDirectiveError
	}
	return all.names, cobra.ShellCompDirectiveNoFileComp
}

// Apps lists IMApps.
func Apps(ctx context.Context, k *cluster.Cluster, all *candidates) error {
	var apps imv1alpha1.IMAppList
	err := k.List(ctx, &apps, client.InNamespace(k.Namespace))
	for i := range apps.Items {
		all.add(apps.Items[i].Name, fmt.Sprint("SDKAppID ", apps.Items[i].Spec.SDKAppID))
	}
	return err
}

// Groups lists IMGroups.
func Groups(ctx context.Context, k *cluster.Cluster, all *candidates) error {
	return k.EachGroup(ctx, k.Namespace, func(g *imv1alpha1.IMGroup) bool {
		all.add(g.Name, describe(g.Spec.GroupID))
		return !all.full()
	})
}

// GroupIDs lists an IMApp's groups.
func GroupIDs(app string) Lister {
	return func(ctx context.Context, k *cluster.Cluster, all *candidates) error {
		return k.EachGroup(ctx, k.Namespace, func(g *imv1alpha1.IMGroup) bool {
			all.add(groupWord(g))
			return !all.full()
		}, client.MatchingFields{"spec.appRef.name": app})
	}
}

// Both lists both kinds, IMGroups with their kind before them.
func Both(ctx context.Context, k *cluster.Cluster, all *candidates) error {
	if err := Apps(ctx, k, all); err != nil {
		return err
	}
	return k.EachGroup(ctx, k.Namespace, func(g *imv1alpha1.IMGroup) bool {
		all.add(cluster.KindGroup+"/"+g.Name, describe(g.Spec.GroupID))
		return !all.full()
	})
}
