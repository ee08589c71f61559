// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/follow"
)

// followAll tells the hub of groups and IMApps until the context ends. Without groups it is useless to go on; IMApps are
// something that a user may not be allowed to see.
func followAll(ctx context.Context, e *cli.Env, k *cluster.Cluster, namespace string, h *hub, end context.CancelCauseFunc) {
	groups := &follow.Follower{Cluster: k, Kind: &imv1alpha1.IMGroup{}, List: func() client.ObjectList { return &imv1alpha1.IMGroupList{} },
		Namespace: namespace, Now: e.Now, Away: func(why error) { h.setAway(why.Error()) }, Back: func() { h.setAway("") }}
	apps := &follow.Follower{Cluster: k, Kind: &imv1alpha1.IMApp{}, List: func() client.ObjectList { return &imv1alpha1.IMAppList{} },
		Namespace: namespace, Now: e.Now, Away: func(error) {}, Back: func() {}}
	go func() { end(groups.Run(ctx, &groupStore{hub: h})) }()
	go func() {
		if err := apps.Run(ctx, &appStore{hub: h}); err != nil && ctx.Err() == nil {
			h.setAppsError(err.Error())
		}
	}()
}

// place is what the page says of where its groups are from.
type place struct {
	Context   string `json:"context"`
	Namespace string `json:"namespace"` // "": all
	Flags     string `json:"flags"`     // for the commands that the page shows
}

func placeOf(e *cli.Env, namespace string) place {
	p := place{Namespace: namespace}
	if raw, err := e.Flags.ToRawKubeConfigLoader().RawConfig(); err == nil {
		p.Context = raw.CurrentContext
	}
	for _, f := range []struct {
		name  string
		value *string
	}{{"--kubeconfig", e.Flags.KubeConfig}, {"--context", e.Flags.Context}} {
		if f.value != nil && *f.value != "" {
			p.Flags += " " + f.name + " " + quote(*f.value)
		}
	}
	if c := e.Flags.Context; c != nil && *c != "" {
		p.Context = *c
	}
	return p
}

// quote makes one word of a text for any POSIX shell.
func quote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-@:+") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
