// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// What a resync can come to.
const (
	outcomeAsked     = "asked"     // nobody waits, or no longer
	outcomeCompleted = "completed" // all groups of an IMApp
	outcomeFailed    = "failed"
	outcomeTimedOut  = "timedOut"
	outcomeChanged   = "changed"   // one group
	outcomeUnchanged = "unchanged" // one group, within the timeout
)

// resyncResult is what resync tells programs.
type resyncResult struct {
	Kind        string           `json:"kind"` // IMApp or IMGroup
	Namespace   string           `json:"namespace"`
	Name        string           `json:"name"`
	Request     string           `json:"request"` // the annotation's value
	Outcome     string           `json:"outcome"`
	GroupsDone  *int32           `json:"groupsDone,omitempty"`
	GroupsTotal *int32           `json:"groupsTotal,omitempty"`
	Changes     []changes.Change `json:"changes,omitempty"`
	Error       string           `json:"error,omitempty"` // as on stderr
}

// outcomeOf is what an error says of a resync; "" without one. If the wait alone came to an end, the request stands.
func outcomeOf(err error) string {
	var own *exitError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &own):
		return outcomeFailed
	}
	return outcomeAsked
}

// conclude tells a result, in words only if it is no failure: those the error has. It returns the failure.
func (p *plugin) conclude(r *resyncResult, o *resyncOptions, failure error, words func() error) error {
	switch {
	case o.format == outputJSON && failure != nil:
		r.Error = failure.Error()
		return cmp.Or(p.printJSON(r), failure)
	case o.format == outputJSON:
		return p.printJSON(r)
	case failure != nil:
		return failure
	}
	return words()
}

// checkTimeout refuses a --timeout in which nothing can come true.
func checkTimeout(c *cobra.Command, timeout time.Duration) error {
	if c.Flags().Changed("timeout") && timeout <= 0 {
		return usage("--timeout %s is not more than nothing", timeout)
	}
	return nil
}
