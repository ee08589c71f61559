// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// Keys of the Secret of spec.callback.tokenSecretRef.
const (
	tokenKey         = "token"
	previousTokenKey = "previousToken"
)

// tokens reads the accepted tokens. When the API server does not answer, those known before stay.
func (r *Loader) tokens(ctx context.Context, namespace, name string, old apps.App) ([][]byte, apps.Problem) {
	token, secret, err := kube.SecretValue(ctx, r.live, kube.SecretRef{Namespace: namespace, Name: name, Key: tokenKey,
		Field: "spec.callback.tokenSecretRef", Missing: imv1alpha1.ReasonTokenMissing})
	var problem *kube.SecretProblem
	switch {
	case !errors.As(err, &problem):
	case problem.Reason != imv1alpha1.ReasonSecretUnreadable || old.Secret != name || len(old.Tokens) == 0:
		return nil, apps.Problem{Reason: problem.Reason, Message: problem.Message}
	case errors.Is(err, context.Canceled): // the process ends
		return old.Tokens, apps.Problem{}
	default:
		r.errorLog.Do(func() {
			log.FromContext(ctx).Info("cannot read the token's Secret; the tokens known before stay", "secret", name, "reason", apierrors.ReasonForError(problem.Err))
		})
		return old.Tokens, apps.Problem{}
	}
	tokens := [][]byte{token}
	if previous := kube.TrimSecret(secret.Data[previousTokenKey]); len(previous) > 0 {
		tokens = append(tokens, previous)
	}
	return tokens, apps.Problem{}
}

// doubts says of tokens that the console would hardly take that no signature may fit them: the way into the Secret may have
// added something. They are accepted as they are.
func doubts(secret string, tokens [][]byte) string {
	for i, token := range tokens {
		key := []string{tokenKey, previousTokenKey}[i]
		odd := ""
		switch {
		case !bytes.Equal(bytes.TrimSpace(token), token):
			odd = "begins or ends with white space"
		case bytes.HasPrefix(token, []byte("\ufeff")):
			odd = "begins with a byte order mark"
		case bytes.IndexByte(token, 0) >= 0:
			odd = "has a NUL byte"
		default:
			continue
		}
		return fmt.Sprintf("the key %q of Secret %q %s, so signatures may not match it", key, secret, odd)
	}
	return ""
}
