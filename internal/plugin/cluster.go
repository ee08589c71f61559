// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// cluster is the API server with the rights of the user.
type cluster struct {
	client.WithWatch
	namespace string // of --namespace, else of the context
}

// connect makes a client. Nothing is sent yet.
func (p *plugin) connect() (*cluster, error) {
	loader := p.flags.ToRawKubeConfigLoader()
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, err
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, err
	}
	config.UserAgent = "kubectl-imgroup/" + p.version
	config.WarningHandler = p.warnings()
	config.QPS = -1 // what a person asks for needs no brake
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, imv1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	c, err := client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: kinds()})
	if err != nil {
		return nil, err
	}
	return &cluster{WithWatch: c, namespace: namespace}, nil
}

// kinds are those that the plugin uses. Knowing them saves asking the API server for all that it has.
func kinds() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{imv1alpha1.GroupVersion, corev1.SchemeGroupVersion})
	for _, kind := range []string{"IMApp", "IMGroup"} {
		m.Add(imv1alpha1.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	for _, kind := range []string{"Secret", "Event"} {
		m.Add(corev1.SchemeGroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	return m
}

// scope is where objects are looked for: one namespace, or "" for all.
func (c *cluster) scope(all bool) string {
	if all {
		return ""
	}
	return c.namespace
}

// The kinds as people write them before a name.
const (
	kindApp   = "imapp"
	kindGroup = "imgroup"
)

var kindNames = map[string]string{
	"imapp": kindApp, "imapps": kindApp, "ima": kindApp,
	"imgroup": kindGroup, "imgroups": kindGroup, "img": kindGroup,
}

// parseName splits KIND/NAME; without a kind it is the customary one.
func parseName(arg, customary string) (kind, name string, err error) {
	prefix, name, found := strings.Cut(arg, "/")
	if !found {
		prefix, name = customary, arg
	}
	prefix, _, _ = strings.Cut(strings.ToLower(prefix), ".") // imgroups.im.imgroup.dev
	if kind = kindNames[prefix]; kind == "" || name == "" {
		return "", "", usage("%q is not a name, imapp/NAME or imgroup/NAME", arg)
	}
	return kind, name, nil
}

// nameOf is parseName where only one kind will do.
func nameOf(arg, want string) (string, error) {
	kind, name, err := parseName(arg, want)
	if err == nil && kind != want {
		err = usage("%q does not name an %s", arg, want)
	}
	return name, err
}

func fullName(o client.Object) string { return fmt.Sprint(o.GetNamespace(), "/", o.GetName()) }
