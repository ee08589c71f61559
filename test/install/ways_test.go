// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// checkWaysIn sees that an Ingress and an HTTPRoute lead to a port of a Service, and that the certificate is the one
// that is mounted. An HTTPRoute cannot speak the TLS of the component cert-manager.
func checkWaysIn(t *testing.T, b bundle) {
	t.Helper()
	for _, i := range all[networkingv1.Ingress](t, b, "Ingress") {
		to := i.Spec.Rules[0].HTTP.Paths[0].Backend.Service
		if !leadsTo(t, b, to.Name, to.Port.Name, to.Port.Number) {
			t.Errorf("the Ingress leads to no port: %+v", to)
		}
	}
	type route struct {
		Spec struct {
			Rules []struct {
				BackendRefs []struct {
					Name string
					Port int64
				}
			}
		}
	}
	for _, r := range all[route](t, b, "HTTPRoute") {
		to := r.Spec.Rules[0].BackendRefs[0]
		if !leadsTo(t, b, to.Name, "", int32(to.Port)) {
			t.Errorf("the HTTPRoute leads to no port: %+v", to)
		}
	}
	type grant struct {
		Spec struct{ To []struct{ Name string } }
	}
	for _, g := range all[grant](t, b, "ReferenceGrant") {
		if !leadsTo(t, b, g.Spec.To[0].Name, "callbacks", 0) {
			t.Errorf("the ReferenceGrant is for no Service: %+v", g)
		}
	}
	for _, o := range b {
		if o.GetKind() == "Certificate" {
			name, _, err := unstructured.NestedString(o.Object, "spec", "secretName")
			must(t, err)
			checkMounted(t, podOf(t, b), name)
		}
	}
}

func leadsTo(t *testing.T, b bundle, name, port string, number int32) bool {
	t.Helper()
	for _, s := range all[corev1.Service](t, b, "Service") {
		for _, p := range s.Spec.Ports {
			if s.Name == name && (p.Name == port || p.Port == number) {
				return true
			}
		}
	}
	return false
}

func checkMounted(t *testing.T, pod *unstructured.Unstructured, secret string) {
	t.Helper()
	for _, p := range all[corev1.Pod](t, bundle{pod}, "Pod") {
		for _, v := range p.Spec.Volumes {
			if v.Secret != nil && v.Secret.SecretName == secret {
				return
			}
		}
	}
	t.Errorf("the Secret %s is not mounted", secret)
}
