// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// secrets answers every read with one Secret, or an error.
type secrets struct {
	client.Reader
	data map[string][]byte
	err  error
}

func (s secrets) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	into.(*corev1.Secret).Data = s.data
	return s.err
}

func TestAKeyOfASecretIsReadOrSaysWhyNot(t *testing.T) {
	resource := schema.GroupResource{Resource: "secrets"}
	for _, c := range []struct {
		why     string
		reader  secrets
		want    string
		reason  string
		message string
	}{
		{"a value", secrets{data: map[string][]byte{"token": []byte("abc")}}, "abc", "", ""},
		{"a value from a file", secrets{data: map[string][]byte{"token": []byte("abc\r\n")}}, "abc", "", ""},
		{"no such key", secrets{data: map[string][]byte{"other": []byte("abc")}}, "", "TokenMissing", `Secret "s" of spec.x has no key "token", or it is empty`},
		{"a newline alone", secrets{data: map[string][]byte{"token": []byte("\n")}}, "", "TokenMissing", `Secret "s" of spec.x has no key "token", or it is empty`},
		{"no Secret", secrets{err: apierrors.NewNotFound(resource, "s")}, "", "SecretNotFound", `Secret "s" of spec.x does not exist`},
		{"no right", secrets{err: apierrors.NewForbidden(resource, "s", nil)}, "", "SecretUnreadable", `Secret "s" of spec.x cannot be read: Forbidden`},
	} {
		t.Run(c.why, func(t *testing.T) {
			value, _, err := SecretValue(t.Context(), c.reader, SecretRef{Namespace: "ns", Name: "s", Key: "token", Field: "spec.x", Missing: "TokenMissing"})
			var problem *SecretProblem
			if string(value) != c.want || errors.As(err, &problem) != (c.reason != "") {
				t.Fatalf("%q, %v", value, err)
			}
			if problem != nil && (problem.Reason != c.reason || problem.Message != c.message || !errors.Is(err, c.reader.err) && c.reader.err != nil) {
				t.Errorf("%+v, want %s: %s", problem, c.reason, c.message)
			}
		})
	}
}
