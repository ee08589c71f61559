// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func TestWithoutAKeyOrAHostNothingIsSent(t *testing.T) {
	empty := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "empty"}}
	for _, c := range []struct {
		why     string
		secret  string
		allowed bool
		fail    error
		want    string
	}{
		{"all is there", "rest", true, nil, ""},
		{"no Secret", "other", true, nil, imv1alpha1.ReasonSecretNotFound},
		{"no key in it", "empty", true, nil, imv1alpha1.ReasonSecretKeyMissing},
		{"a Secret that cannot be read", "rest", true, errAway, imv1alpha1.ReasonSecretUnreadable},
		{"a host that is not allowed", "rest", false, nil, imv1alpha1.ReasonHostNotAllowed},
		{"neither: the host is first", "other", false, nil, imv1alpha1.ReasonHostNotAllowed},
	} {
		in(t, withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.SecretKeySecretRef.Name = c.secret }), func(w *world) {
			w.AllowedHost = func(string) bool { return c.allowed }
			app := w.app()
			w.fail.set("get", c.fail)
			found, err := w.secret(w.t.Context(), app)
			var fault *localFault
			if errors.As(err, &fault) != (c.want != "") || fault != nil && fault.reason != c.want {
				t.Errorf("%s: %v, want %q", c.why, err, c.want)
			}
			if c.want == "" && string(found.key) != key {
				t.Errorf("%s: the key is not the Secret's, without its newline", c.why)
			}
			w.fail.set("get", nil)
			if w.look(); c.want != "" && w.cloud.Calls("get_appid_group_list") > 0 {
				if c.fail == nil {
					t.Errorf("%s: something was sent", c.why)
				}
			}
		}, empty)
	}
}
