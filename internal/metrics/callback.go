// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"slices"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// Values of the label command of imgroup_callback_requests_total. They are those of package event; the sender chooses
// them, so every other name counts as CommandOther. CommandNone stands for no command at all and for requests that were refused before
// their query was looked at.
const (
	CommandNone  = "none"
	CommandOther = "other"
)

// Values of the label outcome of imgroup_callback_requests_total.
const (
	OutcomeAccepted          = "accepted"           // 200, durable
	OutcomeUnhandled         = "unhandled"          // 200, nothing stored
	OutcomeNotFound          = "not_found"          // 404
	OutcomeMethod            = "method"             // 405
	OutcomeNotReady          = "not_ready"          // 503
	OutcomeBusy              = "busy"               // 503, the cap of the whole process
	OutcomeAppBusy           = "app_busy"           // 503, the share of one app
	OutcomeRepeatedParameter = "repeated_parameter" // 400
	OutcomeWrongAppID        = "wrong_app_id"       // 403
	OutcomeUnsigned          = "unsigned"           // 403, Sign or RequestTime missing or malformed
	OutcomeExpired           = "expired"            // 403, RequestTime too far from now
	OutcomeWrongSign         = "wrong_sign"         // 403
	OutcomeEncodedBody       = "encoded_body"       // 415
	OutcomeBodyTooLarge      = "body_too_large"     // 413
	OutcomeBodyUnreadable    = "body_unreadable"    // 400, the sender stopped or was too slow
	OutcomeBadBody           = "bad_body"           // 400, not one JSON object, or nested too deep
	OutcomeBadGroupID        = "bad_group_id"       // 400
	OutcomeCommandMismatch   = "command_mismatch"   // 400
	OutcomeJournalFull       = "journal_full"       // 503
	OutcomeJournalShare      = "journal_share"      // 503
	OutcomeJournalTimeout    = "journal_timeout"    // 503
	OutcomeJournalClosed     = "journal_closed"     // 503
	OutcomeJournalError      = "journal_error"      // 503
	OutcomePanic             = "panic"              // 500
)

// presetCallbacks makes the counters of the callback path that can come to be.
func (m *Metrics) presetCallbacks() {
	handled := []string{event.CommandInfoChanged, event.CommandCreate, event.CommandDestroyed, event.CommandOwnerChanged}
	unhandled := []string{event.CommandTopicChanged, CommandOther}
	beforeQuery := []string{OutcomeNotFound, OutcomeMethod, OutcomeNotReady, OutcomeBusy, OutcomeAppBusy, OutcomeRepeatedParameter, OutcomePanic}
	beforeCommand := []string{OutcomeWrongAppID, OutcomeUnsigned, OutcomeExpired, OutcomeWrongSign, OutcomeBodyTooLarge, OutcomeBodyUnreadable}
	afterCommand := []string{OutcomeAccepted, OutcomeBadBody, OutcomeBadGroupID, OutcomeCommandMismatch, OutcomeJournalFull,
		OutcomeJournalShare, OutcomeJournalTimeout, OutcomeJournalClosed, OutcomeJournalError, OutcomePanic}
	m.presetRequests([]string{CommandNone}, beforeQuery)
	m.presetRequests(slices.Concat(handled, unhandled, []string{CommandNone}), beforeCommand)
	m.presetRequests(slices.Concat(handled, []string{CommandNone}), []string{OutcomeEncodedBody})
	m.presetRequests(slices.Concat(unhandled, []string{CommandNone}), []string{OutcomeUnhandled})
	m.presetRequests(handled, afterCommand)
	preset(m.CallbackTruncated, event.Bounded()...)
}

func (m *Metrics) presetRequests(commands, outcomes []string) {
	for _, c := range commands {
		for _, o := range outcomes {
			m.CallbackRequests.WithLabelValues(c, o)
		}
	}
}
