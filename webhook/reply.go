// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"io"
	"net/http"
	"strconv"
)

// Header values are shared by all answers: net/http only reads them.
var (
	contentType = []string{"application/json"}
	allowPost   = []string{http.MethodPost}
	retryAfter  = []string{"1"} // seconds
	closeAfter  = []string{"close"}
	plainText   = []string{"text/plain; charset=utf-8"}
	identity    = []string{"identity"}
)

const healthy = "ok"

var healthyLength = []string{strconv.Itoa(len(healthy))}

// isHealthCheck tells the requests by which load balancers find out whether somebody listens here. What the replica
// knows is asked for at another port.
func isHealthCheck(r *http.Request) bool {
	return (r.URL.Path == "/" || r.URL.Path == "/healthz") && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

func replyHealthy(w http.ResponseWriter, last bool) {
	h := w.Header()
	h["Content-Type"], h["Content-Length"] = plainText, healthyLength
	if last {
		h["Connection"] = closeAfter
	}
	_, _ = io.WriteString(w, healthy)
}

// reply writes the answer of an outcome, the last one of its connection or not. Tencent takes anything but HTTP 200 with
// a JSON object as a failure.
func reply(w http.ResponseWriter, o outcome, last bool) {
	a, h := o.answer(), w.Header()
	h["Content-Type"], h["Content-Length"] = contentType, a.length
	switch a.status {
	case http.StatusMethodNotAllowed:
		h["Allow"] = allowPost
	case http.StatusServiceUnavailable:
		h["Retry-After"] = retryAfter
	case http.StatusUnsupportedMediaType:
		h["Accept-Encoding"] = identity
	}
	if last || o == bodyTooLarge { // the rest of the body is not worth reading
		h["Connection"] = closeAfter
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // an error means that the sender has gone
}
