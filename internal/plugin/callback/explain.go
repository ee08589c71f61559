// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package callback

import (
	"fmt"
	"net/http"
	"strings"
)

// meaning is what an answer of the operator means and what to do about it.
type meaning struct {
	status int
	info   string // a part of ErrorInfo; "" is any
	words  string
}

// meanings, the first that fits. They follow the table of the answers in docs/dataflow.md.
var meanings = []meaning{
	{http.StatusNotFound, "", "There is no such callback path: the IMApp does not exist or is suspended, the operator does not serve its namespace, or a proxy rewrites the path."},
	{http.StatusMethodNotAllowed, "", "The endpoint did not see a POST: something on the way changed the request, such as a redirect from http to https."},
	{http.StatusBadRequest, "repeated", "A query parameter arrived twice: does a proxy on the way repeat the query?"},
	{http.StatusBadRequest, "arrive whole", "The body did not arrive whole: look at the proxies on the way."},
	{http.StatusBadRequest, "GroupId", "The group's ID must have 1 to 128 bytes."},
	{http.StatusBadRequest, "", "The operator does not understand the callback."},
	{http.StatusForbidden, "SdkAppid", "The IMApp at this URL has another SDKAppID: is it the URL of another application?"},
	{http.StatusForbidden, "missing or malformed", "The signature did not arrive: the IMApp wants one and none was sent, or a proxy drops the query."},
	{http.StatusForbidden, "too far from now", "The time of the request is more than 60 s from the operator's: compare the clock of this machine with that of its node."},
	{http.StatusForbidden, "Sign is wrong", "The signature fits no token of the IMApp. If the Secret was changed just now: it is read again within 10 s."},
	{http.StatusUnsupportedMediaType, "", "The body arrived compressed: something on the way did that."},
	{http.StatusRequestEntityTooLarge, "", "The body is over 16 MiB."},
	{http.StatusServiceUnavailable, "not ready", "The operator knows no token of this IMApp: look at its condition Ready, such as by 'kubectl imgroup url'. Just after a start it has not read the IMApps yet."},
	{http.StatusServiceUnavailable, "in flight", "Too many callbacks are on their way at the same time. Try again."},
	{http.StatusServiceUnavailable, "shutting down", "This replica is shutting down. Try again."},
	{http.StatusServiceUnavailable, "stored", "The journal could not make the change durable: it is full or slow, the IMApp has used up its share, or the disk fails. The operator's log says which."},
	{http.StatusInternalServerError, "internal", "A fault of the operator: its log has the details."},
}

// Explain says in words what an answer means.
func Explain(a Answer) string {
	words := explain(a)
	if a.Duration > Patience {
		words += fmt.Sprintf(" It took long: Tencent waits %s and would have counted it as a failure.", Patience)
	}
	return words
}

func explain(a Answer) string {
	if a.Foreign {
		words := fmt.Sprintf("This is not an answer of the operator: something between here and it gave it, such as an Ingress (HTTP %d, not the JSON that Tencent wants).", a.HTTPStatus)
		if a.HTTPStatus == http.StatusBadRequest { // of net/http itself
			words += " Or the operator terminates TLS, and the URL begins with http."
		}
		return words
	}
	if a.OK() {
		return "The operator has made the change durable and will write it into the IMGroup."
	}
	for _, m := range meanings {
		if m.status == a.HTTPStatus && strings.Contains(a.ErrorInfo, m.info) {
			return m.words
		}
	}
	return "The operator of this version of the plugin does not answer like this."
}
