// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metricsauth

import (
	"context"
	"fmt"
	"net/http"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	authenticationclient "k8s.io/client-go/kubernetes/typed/authentication/v1"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
)

// reviews ask the API server who a token belongs to, and whether its owner has the right.
type reviews struct {
	tokens authenticationclient.TokenReviewInterface
	rights authorizationclient.SubjectAccessReviewInterface
}

// ask returns the status that the API server's answers mean. An error means that it could not be asked.
func (r reviews) ask(ctx context.Context, q question) (status int, err error) {
	token := &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: q.token}}
	if token, err = r.tokens.Create(ctx, token, metav1.CreateOptions{}); err != nil {
		return 0, fmt.Errorf("asking who a token belongs to: %w", err)
	}
	if !token.Status.Authenticated {
		return http.StatusUnauthorized, nil
	}
	right := &authorizationv1.SubjectAccessReview{Spec: rightOf(token.Status.User, q)}
	if right, err = r.rights.Create(ctx, right, metav1.CreateOptions{}); err != nil {
		return 0, fmt.Errorf("asking for a right: %w", err)
	}
	if !right.Status.Allowed {
		return http.StatusForbidden, nil
	}
	return http.StatusOK, nil
}

func rightOf(who authenticationv1.UserInfo, q question) authorizationv1.SubjectAccessReviewSpec {
	extra := make(map[string]authorizationv1.ExtraValue, len(who.Extra))
	for key, values := range who.Extra {
		extra[key] = authorizationv1.ExtraValue(values)
	}
	return authorizationv1.SubjectAccessReviewSpec{User: who.Username, UID: who.UID, Groups: who.Groups, Extra: extra,
		NonResourceAttributes: &authorizationv1.NonResourceAttributes{Path: q.path, Verb: q.verb}}
}
