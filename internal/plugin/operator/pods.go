// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package operator finds the operator's Pods.
package operator

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

const (
	// Namespace is where the manifests put it.
	Namespace = "imgroup-system"
	label     = "app.kubernetes.io/name"
	name      = "imgroup-operator"
)

// Pod is one replica.
type Pod struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Ready     bool   `json:"ready"`
	Why       string `json:"why,omitempty"` // it is not ready
	Restarts  int32  `json:"restarts"`
	Version   string `json:"version,omitempty"` // the tag of its image
}

// Pods are the replicas, by name.
func Pods(ctx context.Context, k *cluster.Cluster, namespace string) ([]Pod, error) {
	var list corev1.PodList
	if err := k.List(ctx, &list, client.InNamespace(namespace), client.MatchingLabels{label: name}); err != nil {
		return nil, err
	}
	all := make([]Pod, 0, len(list.Items))
	for i := range list.Items {
		all = append(all, podFrom(&list.Items[i]))
	}
	slices.SortFunc(all, func(a, b Pod) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func podFrom(p *corev1.Pod) Pod {
	result := Pod{Namespace: p.Namespace, Name: p.Name, Why: string(p.Status.Phase)}
	if len(p.Spec.Containers) > 0 {
		result.Version = tag(p.Spec.Containers[0].Image)
	}
	for _, c := range p.Status.ContainerStatuses {
		result.Restarts += c.RestartCount
		if c.State.Waiting != nil && c.State.Waiting.Reason != "" {
			result.Why = c.State.Waiting.Reason
		}
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			result.Ready, result.Why = true, ""
		}
	}
	return result
}

// tag is that of an image's name, "" if it has a digest alone.
func tag(image string) string {
	image, _, _ = strings.Cut(image, "@")
	rest := image[strings.LastIndexByte(image, '/')+1:]
	_, tag, _ := strings.Cut(rest, ":")
	return tag
}

// release is a version that an image may have too. What Go makes of a commit without a tag is none: it has a date and a hash.
var release = regexp.MustCompile(`^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$`)

// Skew is what to say of versions that differ; "" if they are the same or unknown, as that of a plugin built from a commit is.
func Skew(pods []Pod, plugin string) string {
	if !release.MatchString(plugin) {
		return ""
	}
	for _, p := range pods {
		if p.Version != "" && p.Version != plugin {
			return "the operator's version is " + p.Version + ", the plugin's " + plugin
		}
	}
	return ""
}
