// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// IsAway reports whether nobody answered, or somebody who may serve soon.
func IsAway(err error) bool {
	var own *exit.Error
	var answer apierrors.APIStatus
	if errors.As(err, &own) {
		return false
	}
	return !errors.As(err, &answer) || apierrors.IsServiceUnavailable(err) || apierrors.IsServerTimeout(err) ||
		apierrors.IsTooManyRequests(err) || apierrors.IsTimeout(err)
}

// Explain adds to an error of the API server what to do about it.
func Explain(err error) error {
	var status apierrors.APIStatus
	switch {
	case meta.IsNoMatchError(err), errors.As(err, &status) && apierrors.IsNotFound(err) && isUnknownKind(status):
		return fmt.Errorf("this cluster does not know IMApps and IMGroups: the CRDs of imgroup-operator are not installed (%w)", err)
	}
	return err
}

// isUnknownKind tells a kind that the server does not serve from an object that does not exist.
func isUnknownKind(s apierrors.APIStatus) bool {
	details := s.Status().Details
	return details == nil || details.Name == ""
}
