// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/diff"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/tracing"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/argo-cd/v3/util/settings"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// question asks for the health of an object; with Desired, whether the object differs from it; with Action, for the names
// of what may be done with it ("?"), or for what one of these makes of it.
type question struct {
	Live    *unstructured.Unstructured `json:"live"`
	Desired *unstructured.Unstructured `json:"desired,omitempty"`
	// Way is how to compare: see ways.
	Way    string `json:"way,omitempty"`
	Action string `json:"action,omitempty"`
}

type answer struct {
	Health  string `json:"health,omitempty"` // "" where Argo CD has no opinion
	Message string `json:"message,omitempty"`

	Differs   bool   `json:"differs,omitempty"`
	Live      string `json:"live,omitempty"`      // as it was compared
	Predicted string `json:"predicted,omitempty"` // what Argo CD would make of it

	Actions []string                   `json:"actions,omitempty"`
	Result  *unstructured.Unstructured `json:"result,omitempty"`

	Error string `json:"error,omitempty"`
}

// ways are the three that Argo CD has to compare an object with Git.
var ways = map[string][]diff.Option{
	"three-way":        nil, // by the annotation last-applied-configuration
	"structured-merge": {diff.WithStructuredMergeDiff(true)},
	"server-side":      {diff.WithServerSideDiff(true)},
}

type judge struct {
	settings *settings.SettingsManager
	parser   *managedfields.GvkParser
	dryRuns  diff.KubeApplier
	close    func()
}

func newJudge(ctx context.Context, config *rest.Config, namespace string) (*judge, error) {
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	kubectl := &kube.KubectlCmd{Log: logr.Discard(), Tracer: tracing.NopTracer{}}
	j := &judge{settings: settings.NewSettingsManager(ctx, clientset, namespace)}
	if _, j.parser, err = kubectl.LoadOpenAPISchema(config); err != nil {
		return nil, fmt.Errorf("reading the cluster's schemas: %w", err)
	}
	j.dryRuns, j.close, err = kubectl.ManageServerSideDiffDryRuns(config)
	return j, err
}

func (j *judge) answer(q *question) (*answer, error) {
	if q.Desired != nil {
		return j.compare(q)
	}
	overrides, err := j.settings.GetResourceOverrides()
	if err != nil {
		return nil, fmt.Errorf("reading argocd-cm: %w", err)
	}
	if q.Action != "" {
		return act(lua.VM{ResourceOverrides: overrides}, q)
	}
	h, err := health.GetResourceHealth(q.Live, lua.ResourceHealthOverrides(overrides))
	if err != nil || h == nil {
		return &answer{}, err
	}
	return &answer{Health: string(h.Status), Message: h.Message}, nil
}

func (j *judge) compare(q *question) (*answer, error) {
	way, known := ways[q.Way]
	if !known {
		return nil, fmt.Errorf("there is no way %q to compare", q.Way)
	}
	result, err := diff.Diff(q.Desired, q.Live, append([]diff.Option{
		diff.WithLogr(logr.Discard()),
		diff.WithGVKParser(j.parser),
		diff.WithManager(common.ArgoCDSSAManager),
		diff.WithServerSideDryRunner(diff.NewK8sServerSideDryRunner(j.dryRuns)),
	}, way...)...)
	if err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	return &answer{Differs: result.Modified, Live: string(result.NormalizedLive), Predicted: string(result.PredictedLive)}, nil
}

// act lists what may be done now, or does it, as Argo CD does when somebody clicks.
func act(vm lua.VM, q *question) (*answer, error) {
	scripts, err := vm.GetResourceActionDiscovery(q.Live)
	if err != nil {
		return nil, err
	}
	all, err := vm.ExecuteResourceActionDiscovery(q.Live, scripts)
	if err != nil {
		return nil, err
	}
	a := &answer{}
	for _, action := range all {
		if !action.Disabled {
			a.Actions = append(a.Actions, action.Name)
		}
	}
	if !slices.Contains(a.Actions, q.Action) {
		return a, nil
	}
	definition, err := vm.GetResourceAction(q.Live, q.Action)
	if err != nil {
		return nil, err
	}
	results, err := vm.ExecuteResourceAction(q.Live, definition.ActionLua, nil)
	if err != nil {
		return nil, err
	}
	a.Result = results[0].UnstructuredObj
	return a, nil
}
