// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// ControlPlane starts a control plane that ends with the tests, and returns it with its admin's client.
func (s *SetUp) ControlPlane(o localenv.Options) (*localenv.Env, client.WithWatch, error) {
	env, err := localenv.Start(s, o)
	if err != nil {
		return nil, nil, err
	}
	s.AtEnd(func() { _ = env.Stop() })
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, imv1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, nil, err
		}
	}
	admin, err := client.NewWithWatch(env.Config, client.Options{Scheme: scheme})
	return env, admin, err
}
