// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"bytes"
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// SecretTimeout bounds the read of a Secret.
const SecretTimeout = 5 * time.Second

// SecretRef names a key of a Secret.
type SecretRef struct {
	Namespace, Name string
	Key             string
	Field           string // that names the Secret, for the words of a problem
	Missing         string // the reason if the Secret has no such key, or an empty value
}

// SecretProblem says in a condition's words why a key of a Secret cannot be used.
type SecretProblem struct {
	Reason, Message string
	Err             error // of the API server
}

func (p *SecretProblem) Error() string { return p.Message }

// Unwrap returns what the API server said, if anything.
func (p *SecretProblem) Unwrap() error { return p.Err }

// SecretValue reads a Secret that has a value under the key. Its error is a *SecretProblem. What the API server returned
// is returned with it.
func SecretValue(ctx context.Context, reader client.Reader, ref SecretRef) (value []byte, secret *corev1.Secret, err error) {
	ctx, cancel := context.WithTimeout(ctx, SecretTimeout)
	defer cancel()
	secret = &corev1.Secret{}
	problem := func(err error, reason, format string, args ...any) *SecretProblem {
		return &SecretProblem{Reason: reason, Message: fmt.Sprintf("Secret %q of %s ", ref.Name, ref.Field) + fmt.Sprintf(format, args...), Err: err}
	}
	err = reader.Get(ctx, types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}, secret)
	switch {
	case apierrors.IsNotFound(err):
		return nil, secret, problem(err, imv1alpha1.ReasonSecretNotFound, "does not exist")
	case err != nil:
		return nil, secret, problem(err, imv1alpha1.ReasonSecretUnreadable, "cannot be read: %s", apierrors.ReasonForError(err))
	}
	if value = TrimSecret(secret.Data[ref.Key]); len(value) == 0 {
		return nil, secret, problem(nil, ref.Missing, "has no key %q, or it is empty", ref.Key)
	}
	return value, secret, nil
}

// TrimSecret drops the newline that ends a file from which a Secret was made. The console's tokens and keys have none.
func TrimSecret(b []byte) []byte { return bytes.TrimRight(b, "\r\n") }
