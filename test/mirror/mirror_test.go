// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build nginx

package mirror

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

const (
	// patience is Tencent's.
	patience = 2 * time.Second
	// atOnce is less than a copy may take, so whoever needs less has not waited for it.
	atOnce = 400 * time.Millisecond
	// afterACopy is the most that the next request of a connection waits.
	afterACopy = time.Second
)

// connections has a new connection for each callback, connection has one for all.
func connections() *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
}

func connection() *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{MaxConnsPerHost: 1}}
}

func TestACopyArrivesWhole(t *testing.T) {
	o, ns := startOperator(t)
	b := startBackend(t)
	p := start(t, b, o, "/callbacks/"+ns+"/chat")
	for i, padding := range []int{0, 100_000, 3_000_000} { // in nginx's memory, and through a file
		name := fmt.Sprintf("運用 %d & co?", i)
		body := fakeim.InfoChanged("ops", time.Now().UnixMilli(), fakeim.Body{"Name": name}).With("Padding", strings.Repeat("x", padding))
		request, err := p.sender(connections()).Request(t.Context(), body, fakeim.With("ClientIP", "2001:db8::1"), fakeim.With("Odd", "a b%2F&=é"))
		must(t, err)
		text, err := fakeim.Encode(body)
		must(t, err)
		answer, err := connections().Do(request)
		must(t, err)
		must(t, answer.Body.Close())
		must(t, harness.Differs(callback{"/im/callback", request.URL.RawQuery, string(text)}, b.newest()))
		eventually(t, "the operator knows "+name, func() error { return knows(t, ns, name) }) // it checks the signature in the query
	}
	p.checkLogs(t)
}

// knows says whether an IMGroup has a name.
func knows(t *testing.T, ns, name string) error {
	var groups imv1alpha1.IMGroupList
	if err := world.admin.List(t.Context(), &groups, client.InNamespace(ns)); err != nil {
		return err
	}
	for _, g := range groups.Items {
		if g.Status.Name != nil && *g.Status.Name == name {
			return nil
		}
	}
	return fmt.Errorf("the IMGroups are %+v", groups.Items)
}

func TestTheBackendAloneAnswersABeforeEvent(t *testing.T) {
	o, ns := startOperator(t)
	p := start(t, startBackend(t), o, "/callbacks/"+ns+"/chat")
	reply, err := p.sender(connections()).Send(t.Context(), fakeim.Body{"CallbackCommand": "Group.CallbackBeforeCreateGroup", "Type": "Public", "Name": "x"})
	must(t, err)
	must(t, harness.Differs(refused, string(reply.Raw)))
}

func TestTheBackendAnswersAsIfThereWereNoCopy(t *testing.T) {
	for _, test := range []struct {
		name    string
		disturb func(t *testing.T, o *harness.Operator, ns string)
	}{
		{"the operator is slow", func(t *testing.T, o *harness.Operator, _ string) {
			must(t, o.Pause())
			t.Cleanup(func() { must(t, o.Resume()) })
		}},
		{"the operator is away", func(t *testing.T, o *harness.Operator, _ string) { must(t, o.Stop(harness.StopGrace)) }},
		{"the operator answers 503", func(t *testing.T, o *harness.Operator, ns string) {
			must(t, world.admin.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "token"}}))
			direct := &fakeim.Sender{URL: o.URL(ns, "chat"), SDKAppID: sdkAppID, Token: token}
			eventually(t, "503", func() error {
				reply, err := direct.Send(t.Context(), fakeim.InfoChanged("ops", time.Now().UnixMilli(), nil))
				if err == nil && reply.HTTPStatus != http.StatusServiceUnavailable {
					err = fmt.Errorf("HTTP %d", reply.HTTPStatus)
				}
				return err
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, ns := startOperator(t)
			p := start(t, startBackend(t), o, "/callbacks/"+ns+"/chat")
			test.disturb(t, o, ns)
			if took := fastest(t, p.sender(connections())); took > atOnce {
				t.Errorf("a callback took %s", took)
			}
			if took := fastest(t, p.sender(connection())); took > afterACopy {
				t.Errorf("the next callback of a connection took %s", took)
			}
			p.checkLogs(t)
		})
	}
}

// The connection ends as soon as the backend has answered, when most of the body still waits in nginx.
func TestACopyIsSentToItsEndAfterTheClientHasLeft(t *testing.T) {
	o, ns := startOperator(t)
	p := start(t, startBackend(t), o, "/callbacks/"+ns+"/chat")
	s := p.sender(connections())
	_, err := s.Send(t.Context(), fakeim.InfoChanged("ops", time.Now().UnixMilli(), fakeim.Body{"Name": "first"}))
	must(t, err)
	eventually(t, "the first one arrives", func() error { return knows(t, ns, "first") })
	must(t, o.Pause())
	large := fakeim.InfoChanged("ops", time.Now().UnixMilli(), fakeim.Body{"Name": "second"}).With("Padding", strings.Repeat("x", 14_000_000))
	_, err = s.Send(t.Context(), large)
	must(t, err)
	must(t, o.Resume())
	eventually(t, "the second one arrives", func() error { return knows(t, ns, "second") })
}
