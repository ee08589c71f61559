// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"errors"
	"fmt"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
)

const (
	// Waits after a resync that failed, each twice as long as the one before.
	retryFirst = 5 * time.Second
	retryMax   = 5 * time.Minute
	// configurationRetry is the wait after a fault that only a person can fix; a change of the IMApp or of its Secret,
	// which is read every secretCheck, ends it.
	configurationRetry = 15 * time.Minute
	secretCheck        = 20 * time.Second
)

var (
	// errInterrupted ends a resync that this replica has no longer to do: it does not lead any more, or the IMApp is
	// another one now.
	errInterrupted = errors.New("the resync was interrupted")
	errStalled     = errors.New("the API server takes no more groups; the operator's log says why")
)

// localFault is one that the REST client does not know: it keeps a resync from being tried at all, or from being complete.
type localFault struct{ reason, message string }

func (f *localFault) Error() string { return f.message }

// pause keeps an app from being tried again too soon.
type pause struct {
	until time.Time
	cause string // what was tried: another spec, Secret or request ends the pause
	fault error  // that is not in the status yet
}

// left is how much of the pause is left for a try.
func (p pause) left(cause string, now time.Time) time.Duration {
	if p.cause != cause {
		return 0
	}
	return p.until.Sub(now)
}

// causeOf names what a try depends on.
func causeOf(app *imv1alpha1.IMApp, secret secretKey) string {
	return fmt.Sprint(app.UID, " ", app.Generation, " ", secret.version, " ", requestOfApp(app))
}

// waitAfter decides when a failed app is tried again.
func waitAfter(fault error, backoff time.Duration) time.Duration {
	var limited *imcloud.BackOffError
	var configuration *imcloud.ConfigurationError
	var ours *imcloud.RequestError
	var local *localFault
	switch {
	case errors.As(fault, &limited):
		return max(backoff, limited.Wait)
	case errors.As(fault, &configuration), errors.As(fault, &ours), errors.As(fault, &local):
		return configurationRetry
	}
	return backoff
}

// reasonOf names the class of a fault, as a reason of the condition Resynced.
func reasonOf(fault error) string {
	var local *localFault
	var configuration *imcloud.ConfigurationError
	switch {
	case errors.As(fault, &local):
		return local.reason
	case errors.Is(fault, imcloud.ErrHostNotAllowed):
		return imv1alpha1.ReasonHostNotAllowed
	case errors.As(fault, &configuration):
		return imv1alpha1.ReasonRequestRefused
	}
	return imv1alpha1.ReasonResyncFailed
}
