// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// outcome is what became of a request: one value per class of failure.
type outcome int

const (
	proceed outcome = iota // not decided yet: the next check has its turn
	accepted
	unhandled
	notFound
	methodNotAllowed
	notReady
	busy
	appBusy
	repeatedParameter
	wrongAppID
	unsigned
	expired
	wrongSign
	bodyTooLarge
	bodyUnreadable
	encodedBody
	badBody
	badGroupID
	commandMismatch
	journalFull
	journalShare
	journalTimeout
	journalClosed
	journalError
	panicked
	outcomes // how many there are
)

// answer is what the sender and the metrics get to know of an outcome.
type answer struct {
	status int
	label  string
	body   []byte
	length []string // the body's, as a header value
}

// answer is the one place where outcomes become HTTP.
func (o outcome) answer() *answer { return &answers[o] }

// answers are built once, so that an answer costs nothing. The texts say what was wrong with the request and nothing
// about tokens.
var answers = [outcomes]answer{
	proceed:           fail(http.StatusInternalServerError, metrics.OutcomePanic, "internal error"),
	accepted:          ok(metrics.OutcomeAccepted),
	unhandled:         ok(metrics.OutcomeUnhandled),
	notFound:          fail(http.StatusNotFound, metrics.OutcomeNotFound, "no such callback path"),
	methodNotAllowed:  fail(http.StatusMethodNotAllowed, metrics.OutcomeMethod, "only POST is allowed"),
	notReady:          fail(http.StatusServiceUnavailable, metrics.OutcomeNotReady, "not ready to accept callbacks"),
	busy:              fail(http.StatusServiceUnavailable, metrics.OutcomeBusy, "too many requests in flight"),
	appBusy:           fail(http.StatusServiceUnavailable, metrics.OutcomeAppBusy, "too many requests in flight for this app"),
	repeatedParameter: fail(http.StatusBadRequest, metrics.OutcomeRepeatedParameter, "a query parameter is repeated"),
	wrongAppID:        fail(http.StatusForbidden, metrics.OutcomeWrongAppID, "SdkAppid is missing or not the one of this path"),
	unsigned:          fail(http.StatusForbidden, metrics.OutcomeUnsigned, "Sign or RequestTime is missing or malformed"),
	expired:           fail(http.StatusForbidden, metrics.OutcomeExpired, "RequestTime is too far from now"),
	wrongSign:         fail(http.StatusForbidden, metrics.OutcomeWrongSign, "Sign is wrong"),
	encodedBody:       fail(http.StatusUnsupportedMediaType, metrics.OutcomeEncodedBody, "the body has a Content-Encoding; only identity is taken"),
	bodyTooLarge:      fail(http.StatusRequestEntityTooLarge, metrics.OutcomeBodyTooLarge, "the body is over 16 MiB"),
	bodyUnreadable:    fail(http.StatusBadRequest, metrics.OutcomeBodyUnreadable, "the body did not arrive whole"),
	badBody:           fail(http.StatusBadRequest, metrics.OutcomeBadBody, "the body is not one JSON object of at most 32 levels"),
	badGroupID:        fail(http.StatusBadRequest, metrics.OutcomeBadGroupID, "GroupId is missing or not a text of 1 to 128 bytes"),
	commandMismatch:   fail(http.StatusBadRequest, metrics.OutcomeCommandMismatch, "CallbackCommand differs between URL and body"),
	journalFull:       fail(http.StatusServiceUnavailable, metrics.OutcomeJournalFull, "the change could not be stored"),
	journalShare:      fail(http.StatusServiceUnavailable, metrics.OutcomeJournalShare, "the change could not be stored"),
	journalTimeout:    fail(http.StatusServiceUnavailable, metrics.OutcomeJournalTimeout, "the change could not be stored in time"),
	journalClosed:     fail(http.StatusServiceUnavailable, metrics.OutcomeJournalClosed, "shutting down"),
	journalError:      fail(http.StatusServiceUnavailable, metrics.OutcomeJournalError, "the change could not be stored"),
	panicked:          fail(http.StatusInternalServerError, metrics.OutcomePanic, "internal error"),
}

// leaves reports whether the connection ends with the answer, so that the sender's next one may get to a replica whose
// journal takes it.
func (o outcome) leaves() bool { return o == journalError || o == journalTimeout || o == journalFull }

func ok(label string) answer { return newAnswer(http.StatusOK, label, "OK", "", 0) }

func fail(status int, label, info string) answer {
	return newAnswer(status, label, "FAIL", info, status)
}

// newAnswer builds the object that Tencent requires of every answer. A nonzero ErrorCode refuses the user's action
// for Before commands, so it goes to requests only that are no callback of a configured app, or that are lost.
func newAnswer(status int, label, action, info string, code int) answer {
	body, err := json.Marshal(struct {
		ActionStatus string
		ErrorInfo    string
		ErrorCode    int
	}{action, info, code})
	if err != nil {
		panic(err) // two strings and a number
	}
	return answer{status: status, label: label, body: body, length: []string{strconv.Itoa(len(body))}}
}
