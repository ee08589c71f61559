// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/http"
)

// Header values are shared by all answers: net/http only reads them.
var (
	contentType = []string{"application/json"}
	allowPost   = []string{http.MethodPost}
	retryAfter  = []string{"1"} // seconds
	closeAfter  = []string{"close"}
	identity    = []string{"identity"}
)

// reply writes the answer of an outcome. Tencent takes anything but HTTP 200 with a JSON object as a failure.
func reply(w http.ResponseWriter, o outcome) {
	a, h := o.answer(), w.Header()
	h["Content-Type"], h["Content-Length"] = contentType, a.length
	switch a.status {
	case http.StatusMethodNotAllowed:
		h["Allow"] = allowPost
	case http.StatusServiceUnavailable:
		h["Retry-After"] = retryAfter
	case http.StatusUnsupportedMediaType:
		h["Accept-Encoding"] = identity
	case http.StatusRequestEntityTooLarge:
		h["Connection"] = closeAfter // the rest of the body is not worth reading
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // an error means that the sender has gone
}
