// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"io"
	"net/http"
	"net/http/httptest"
)

// InMemory is a transport to a handler without a network, for tests with a fake clock.
func InMemory(h http.Handler) http.RoundTripper { return inMemory{h} }

type inMemory struct{ handler http.Handler }

// RoundTrip calls the handler, which continues when the request's context is done.
func (m inMemory) RoundTrip(request *http.Request) (*http.Response, error) {
	answered := make(chan *http.Response, 1)
	go func() {
		defer close(answered)
		defer func() { _ = recover() }() // http.ErrAbortHandler breaks the connection
		w := httptest.NewRecorder()
		m.handler.ServeHTTP(w, serverSide(request))
		answered <- w.Result()
	}()
	select {
	case response, ok := <-answered:
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		response.Request = request
		return response, nil
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
}

// serverSide is the request as a server sees it.
func serverSide(request *http.Request) *http.Request {
	r := request.Clone(request.Context())
	r.RequestURI, r.Host = request.URL.RequestURI(), request.URL.Host
	if r.Body == nil {
		r.Body = http.NoBody
	}
	return r
}
