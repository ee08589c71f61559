// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"context"
	"encoding/json/jsontext"
	jsonv2 "encoding/json/v2"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
)

// stream has the informers of a cache read what a watch sends by themselves. client-go looks through each object four times
// before it decodes it, which is most of the work of a start with 100,000 IMGroups.
func stream(o *cache.Options) {
	client := *o.HTTPClient
	client.Transport = handOver{client.Transport}
	o.HTTPClient = &client
	informer := o.NewInformer
	o.NewInformer = func(lw toolscache.ListerWatcher, kind runtime.Object, resync time.Duration, by toolscache.Indexers) toolscache.SharedIndexInformer {
		return informer(streamed(lw), kind, resync, by)
	}
}

// streamed lists and watches as inner does.
func streamed(inner toolscache.ListerWatcher) toolscache.ListerWatcher {
	lw := toolscache.ToListerWatcherWithContext(inner)
	return &toolscache.ListWatch{
		ListWithContextFunc: lw.ListWithContext,
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			var body io.ReadCloser
			watched, err := lw.WatchWithContext(context.WithValue(ctx, bodyKey{}, &body), o)
			if err != nil || body == nil {
				return watched, err
			}
			watched.Stop()
			reporter := apierrors.NewClientErrorReporter(http.StatusInternalServerError, http.MethodGet, "ClientWatchDecoding")
			return watch.NewStreamWatcher(newDecoder(body), reporter), nil
		},
	}
}

// bodyKey is where a request's context says whom the body of a watch goes to.
type bodyKey struct{}

// handOver is a transport that gives the body of a watch to whom the context names, and client-go an empty one.
type handOver struct{ http.RoundTripper }

// RoundTrip makes one request.
func (t handOver) RoundTrip(r *http.Request) (*http.Response, error) {
	body, is := r.Context().Value(bodyKey{}).(*io.ReadCloser)
	if !is {
		return t.RoundTripper.RoundTrip(r)
	}
	response, err := t.RoundTripper.RoundTrip(r)
	if err == nil && response.StatusCode == http.StatusOK {
		*body, response.Body = response.Body, http.NoBody
	}
	return response, err
}

// decoder reads the events of a watch of IMGroups.
type decoder struct {
	body  io.Closer
	json  *jsontext.Decoder
	event struct {
		Type   watch.EventType `json:"type"`
		Object jsontext.Value  `json:"object"`
	}
}

func newDecoder(body io.ReadCloser) *decoder {
	return &decoder{body: body, json: jsontext.NewDecoder(body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
}

// Decode waits for the next event. The error is io.EOF after the last one.
func (d *decoder) Decode() (watch.EventType, runtime.Object, error) {
	switch err := jsonv2.UnmarshalDecode(d.json, &d.event); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "", nil, io.ErrUnexpectedEOF // what a StreamWatcher knows
	case err != nil:
		return "", nil, err //nolint:wrapcheck // io.EOF is what a StreamWatcher knows
	}
	if d.event.Type == watch.Error {
		status := &metav1.Status{}
		return watch.Error, status, wrapped(jsonv2.Unmarshal(d.event.Object, status))
	}
	group := &Group{}
	return d.event.Type, group, wrapped(group.UnmarshalJSON(d.event.Object))
}

func wrapped(err error) error {
	if err != nil {
		return fmt.Errorf("reading an event of a watch: %w", err)
	}
	return nil
}

// Close ends the watch.
func (d *decoder) Close() { _ = d.body.Close() }
