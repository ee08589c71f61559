// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// receiver takes CloudEvents on a port of loopback; it can refuse them.
type receiver struct {
	t      *testing.T
	port   int
	mu     sync.Mutex
	status int // of the answers
	denied int
	events []cloudevents.Event
}

func newReceiver(t *testing.T) *receiver {
	return &receiver{t: t, port: freePort(t), status: http.StatusServiceUnavailable}
}

// serve begins to listen.
func (r *receiver) serve() {
	r.t.Helper()
	l, err := net.Listen("tcp4", local(r.port))
	must(r.t, err)
	server := &http.Server{Handler: r, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(l) }()
	r.t.Cleanup(func() { _ = server.Close() })
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	event, err := cloudevents.NewEventFromHTTPRequest(request)
	if err != nil {
		r.t.Errorf("not an event: %v", err)
	}
	if r.status/100 == 2 {
		r.events = append(r.events, *event)
	} else {
		r.denied++
	}
	w.WriteHeader(r.status)
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// of are the events about an object, and the states in them.
func (r *receiver) of(name string) (events []cloudevents.Event, states []imv1alpha1.IMGroup) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Subject() != name {
			continue
		}
		var g imv1alpha1.IMGroup
		if err := json.Unmarshal(e.Data(), &g); err != nil {
			r.t.Error(err)
		}
		events, states = append(events, e), append(states, g)
	}
	return events, states
}

// notifications are those of an object, in the order of the events.
func (r *receiver) notifications(name string) (all []string) {
	_, states := r.of(name)
	for _, g := range states {
		all = append(all, *g.Status.Notification)
	}
	return all
}

func (r *receiver) await(name string, notifications ...string) {
	r.t.Helper()
	eventually(r.t, "the events about "+name, func() error { return differs(notifications, r.notifications(name)) })
}

func startForwarder(t *testing.T, r *receiver) *child.Process {
	t.Helper()
	kubectl(t, adminConfig(), "apply", "-k", folder+"cloudevents")
	return start(t, child.Options{Path: filepath.Join(world.bin, "forwarder"), Log: filepath.Join(t.TempDir(), "log"),
		Args: []string{"--cluster=https://cluster.example.com"},
		Env:  []string{"POD_NAMESPACE=" + namespace, "K_SINK=http://" + local(r.port), "KUBECONFIG=" + account(t, namespace, "forwarder")}})
}

// Without a receiver there is nothing to start, and the answer is how to use it.
func TestTheForwarderAsksForItsReceiver(t *testing.T) {
	for _, test := range []struct{ name, sink string }{
		{"none", ""},
		{"no URL", "receiver:8080"},
		{"a scheme without events", "ftp://receiver"},
		{"no host", "https:///events"},
		{"not even text for a URL", "http://receiver:port"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
			defer cancel()
			forwarder := exec.CommandContext(ctx, filepath.Join(world.bin, "forwarder"))
			forwarder.Env = append(os.Environ(), "K_SINK="+test.sink, "KUBECONFIG="+adminConfig())
			said, err := forwarder.CombinedOutput()
			if code := forwarder.ProcessState.ExitCode(); err == nil || code != 2 {
				t.Errorf("it ends with %d: %v", code, err)
			}
			for _, words := range []string{"--sink or K_SINK must be", "\n  -sink string\n"} {
				if !strings.Contains(string(said), words) {
					t.Errorf("%q is not in\n%s", words, said)
				}
			}
		})
	}
}

// The receiver is away, then refuses, then works: the newest state arrives, and what was passed over in between does not
// matter. Then each change arrives once.
func TestCloudEventsReachAReceiverThatWasAway(t *testing.T) {
	change(t, "events", 1000, fakeim.Body{"Notification": nasty})
	name := awaitNotification(t, "events", nasty).Name
	r := newReceiver(t)
	startForwarder(t, r) // nobody listens yet
	r.serve()
	eventually(t, "something was refused", func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.denied == 0 {
			return errors.New("nothing")
		}
		return nil
	})
	change(t, "events", 2000, fakeim.Body{"Notification": nasty + "2"})
	awaitNotification(t, "events", nasty+"2")
	r.answer(http.StatusAccepted)
	r.await(name, nasty+"2")
	for i := range 3 {
		change(t, "events", int64(3000+i), fakeim.Body{"Notification": fmt.Sprint(i)})
		eventually(t, "the change arrived", func() error {
			all := r.notifications(name)
			return differs(fmt.Sprint(i), all[len(all)-1])
		})
	}
	r.await(name, nasty+"2", "0", "1", "2")
	checkOrder(t, r, name)
}

// checkOrder sees that ids tell repetitions and that sequences grow.
func checkOrder(t *testing.T, r *receiver, name string) {
	t.Helper()
	events, _ := r.of(name)
	seen, last := map[string]bool{}, ""
	for _, e := range events {
		sequence, is := e.Extensions()["sequence"].(string)
		if seen[e.ID()] || !is || sequence <= last {
			t.Errorf("after the sequence %q and the ids %v there is %s", last, seen, e)
		}
		seen[e.ID()], last = true, sequence
	}
}

func TestACloudEventTellsWhatWhereAndWhen(t *testing.T) {
	r := newReceiver(t)
	r.answer(http.StatusOK)
	r.serve()
	p := startForwarder(t, r)
	change(t, "@TGS#attributes", 1234, fakeim.Body{"Notification": nasty})
	name := awaitNotification(t, "@TGS#attributes", nasty).Name
	r.await(name, nasty)
	kubectl(t, adminConfig(), "-n", namespace, "annotate", "imgroup", name, "no=change")
	change(t, "another", 1000, fakeim.Body{"Notification": "sentinel"})
	r.await(awaitNotification(t, "another", "sentinel").Name, "sentinel") // the annotation was looked at before
	send(t, fakeim.Destroyed("@TGS#attributes", at(5000), "leckie", "x"))
	r.await(name, nasty, nasty)
	events, states := r.of(name)
	type attributes struct{ Type, Source, Subject, Time string }
	var got []attributes
	for _, e := range events {
		got = append(got, attributes{e.Type(), e.Source(), e.Subject(), e.Time().UTC().Format(time.RFC3339Nano)})
	}
	const source = "https://cluster.example.com/namespaces/chat/imapps/chat"
	must(t, differs([]attributes{
		{"dev.imgroup.group.changed", source, name, "2026-01-01T00:00:01.234Z"},
		{"dev.imgroup.group.disbanded", source, name, "2026-01-01T00:00:05Z"},
	}, got))
	must(t, differs("@TGS#attributes", states[1].Spec.GroupID))
	if states[1].Status.Conditions != nil {
		t.Error("the data has conditions, which are not of the group")
	}

	// Started anew it knows nothing of what was sent: what it repeats has the same id. An annotation is no change.
	must(t, p.Stop(harness.StopGrace))
	kubectl(t, adminConfig(), "-n", namespace, "annotate", "imgroup", name, "a=b")
	startForwarder(t, r)
	r.await(name, nasty, nasty, nasty)
	again, _ := r.of(name)
	must(t, differs(events[1].ID(), again[2].ID()))
}
