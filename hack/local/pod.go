// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/replica"
)

// Where a Pod has what it knows the API server by.
const accountDir = "/var/run/secrets/kubernetes.io/serviceaccount"

// newPod prepares the operator as the kubelet would start a Pod of the manifests: with their arguments and the two that the
// demo's overlay would add, as their user with the rights of their ServiceAccount, and with nothing to write to but the
// journal's volume.
func newPod(ctx context.Context, s settings, st *stack) (*replica.Replica, error) {
	set, err := applyManifests(ctx, s.pod, st.client)
	if err != nil {
		return nil, fmt.Errorf("applying %s: %w", s.pod, err)
	}
	r := &replica.Replica{Dir: s.dir, Callbacks: "127.0.0.1:8090", Metrics: "127.0.0.1:8443", Health: "127.0.0.1:8081"}
	pod, err := podOf(set)
	if err != nil {
		return nil, err
	}
	pod.Data = r.Journal()
	pod.Args = append(pod.Args, "--callback-external-url=http://"+r.Callbacks, "--rest-allowed-hosts="+st.cloud.url)
	if err := pod.fill(ctx, s, st, set); err != nil {
		return nil, err
	}
	r.Log = s.managerLog()
	r.Path, r.Args, err = pod.command()
	return r, err
}

// podOf takes what this machine can give a process from the template of the Pod.
func podOf(set *appsv1.StatefulSet) (pod, error) {
	spec := set.Spec.Template.Spec
	if len(spec.Containers) != 1 || spec.SecurityContext == nil || spec.Containers[0].SecurityContext == nil {
		return pod{}, errors.New("the manifests have no StatefulSet of one container with security contexts")
	}
	container := spec.Containers[0]
	readOnly := container.SecurityContext.ReadOnlyRootFilesystem
	if spec.SecurityContext.RunAsUser == nil || spec.SecurityContext.RunAsGroup == nil || len(container.VolumeMounts) != 1 ||
		readOnly == nil || !*readOnly {
		return pod{}, errors.New("the manifests have no user, no read-only root, or more than one volume")
	}
	return pod{
		User: int(*spec.SecurityContext.RunAsUser), Group: int(*spec.SecurityContext.RunAsGroup),
		Args: container.Args, Volume: container.VolumeMounts[0].MountPath,
	}, nil
}

// fill makes the root file system and the environment.
func (p *pod) fill(ctx context.Context, s settings, st *stack, set *appsv1.StatefulSet) error {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
		Namespace: set.Namespace, Name: set.Spec.Template.Spec.ServiceAccountName}}
	request := &authenticationv1.TokenRequest{}
	if err := st.client.SubResource("token").Create(ctx, account, request); err != nil {
		return fmt.Errorf("asking for a token: %w", err)
	}
	host, err := url.Parse(st.env.Config.Host)
	if err != nil {
		return err
	}
	name, port, err := net.SplitHostPort(host.Host)
	if err != nil {
		return err
	}
	p.Env = []string{"KUBERNETES_SERVICE_HOST=" + name, "KUBERNETES_SERVICE_PORT=" + port, "POD_NAMESPACE=" + set.Namespace}
	p.Root = s.dir + "/root"
	return p.lay(s.manager, map[string][]byte{
		"token": []byte(request.Status.Token), "ca.crt": st.env.Config.CAData, "namespace": []byte(set.Namespace),
	})
}

// applyManifests applies everything but what is there already, and returns the StatefulSet.
func applyManifests(ctx context.Context, file string, c client.Client) (*appsv1.StatefulSet, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	set := &appsv1.StatefulSet{}
	for decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096); ; {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			return set, nil
		} else if err != nil {
			return nil, err
		}
		switch o.GetKind() {
		case "CustomResourceDefinition":
			continue
		case "StatefulSet":
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, set); err != nil {
				return nil, err
			}
		}
		if err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(o), client.FieldOwner("local")); err != nil {
			return nil, err
		}
	}
}
