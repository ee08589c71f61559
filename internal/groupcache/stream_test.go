// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func eventOf(kind watch.EventType, object string) string {
	return `{"type":"` + string(kind) + `","object":` + object + "}\n"
}

const bookmark = `{"kind":"IMGroup","apiVersion":"im.imgroup.dev/v1alpha1","metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}}`

func TestTheEventsOfAWatchAreRead(t *testing.T) {
	d := newDecoder(io.NopCloser(strings.NewReader(eventOf(watch.Added, string(usual(1))) +
		eventOf(watch.Modified, `{"metadata":{"namespace":"chat","name":"odd"},"status":{"fieldTimes":[1]}}`) +
		eventOf(watch.Bookmark, bookmark) +
		eventOf(watch.Error, `{"kind":"Status","status":"Failure","reason":"Expired","code":410}`) +
		`{"type":"ADDED","object":{"metadata":`)))
	next := func(want watch.EventType) runtime.Object {
		t.Helper()
		kind, object, err := d.Decode()
		if kind != want || err != nil {
			t.Fatalf("%q, %v; want %q", kind, err, want)
		}
		return object
	}
	if g := next(watch.Added).(*Group).Unpack(); g.Spec.GroupID != "@TGS#GROUP0000001" || *g.Status.Owner != "leckie" {
		t.Errorf("read %+v", g)
	}
	if g := next(watch.Modified).(*Group); g.GetName() != "odd" {
		t.Errorf("one that cannot be read is %+v", g.Unpack())
	}
	if g := next(watch.Bookmark).(*Group); g.GetResourceVersion() != "7" || !g.initialEventsEnd {
		t.Errorf("the bookmark is %+v", g)
	}
	if err := apierrors.FromObject(next(watch.Error)); !apierrors.IsResourceExpired(err) {
		t.Errorf("the error is %v", err)
	}
	if _, _, err := d.Decode(); err != io.ErrUnexpectedEOF { //nolint:errorlint // so a StreamWatcher compares it
		t.Errorf("a watch that is cut ends with %v", err)
	}
	if _, _, err := newDecoder(http.NoBody).Decode(); err != io.EOF { //nolint:errorlint // so a StreamWatcher compares it
		t.Errorf("a watch ends with %v", err)
	}
}

// watched is a real client's watch of what an API server answers. What client-go reads itself is an error: it knows no IMGroup.
func watched(t *testing.T, answer http.HandlerFunc) (watch.Interface, error) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	statuses := runtime.NewScheme()
	metav1.AddToGroupVersion(statuses, metav1.Unversioned)
	client, err := rest.RESTClientForConfigAndClient(&rest.Config{Host: server.URL, APIPath: "/apis", ContentConfig: rest.ContentConfig{
		GroupVersion: &imv1alpha1.GroupVersion, NegotiatedSerializer: serializer.NewCodecFactory(statuses).WithoutConversion()}},
		&http.Client{Transport: handOver{http.DefaultTransport}})
	if err != nil {
		t.Fatal(err)
	}
	lw := streamed(&toolscache.ListWatch{WatchFuncWithContext: func(ctx context.Context, _ metav1.ListOptions) (watch.Interface, error) {
		return client.Get().Resource("imgroups").Watch(ctx)
	}})
	return toolscache.ToWatcherWithContext(lw).WatchWithContext(t.Context(), metav1.ListOptions{})
}

func TestAWatchIsReadUntilItIsStopped(t *testing.T) {
	ended := make(chan struct{})
	w, err := watched(t, func(rw http.ResponseWriter, r *http.Request) {
		defer close(ended)
		rw.Header().Set("Content-Type", "application/json")
		_, err := io.WriteString(rw, eventOf(watch.Added, string(usual(1))))
		if err := errors.Join(err, http.NewResponseController(rw).Flush()); err != nil {
			t.Error(err)
		}
		<-r.Context().Done()
	})
	if err != nil {
		t.Fatal(err)
	}
	if e := <-w.ResultChan(); e.Type != watch.Added || e.Object.(*Group).GetNamespace() != "chat" {
		t.Errorf("saw %+v", e)
	}
	w.Stop()
	<-ended
	if e, more := <-w.ResultChan(); more {
		t.Errorf("saw %+v after the end", e)
	}
}

func TestAWatchThatIsRefusedSaysWhy(t *testing.T) {
	_, err := watched(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(rw, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`)
	})
	if !apierrors.IsForbidden(err) {
		t.Errorf("the error is %v", err)
	}
}

func BenchmarkDecode(b *testing.B) {
	text := eventOf(watch.Added, string(usual(1)))
	d := newDecoder(io.NopCloser(strings.NewReader(strings.Repeat(text, b.N))))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if _, _, err := d.Decode(); err != nil {
			b.Fatal(err)
		}
	}
}
