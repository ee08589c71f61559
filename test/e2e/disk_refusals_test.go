// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/oracle"
)

// diskTest is an operator whose journal refuses for a while. A quota keeps IMGroups from being made, so that what is
// acknowledged stays in the journal.
type diskTest struct {
	t            *testing.T
	o            *operator
	fault        diskFault // the present one
	text         string    // of callbacks; "" = a long one, and while a fault lasts a short one in turn
	namespace    string
	quota        *corev1.ResourceQuota
	acknowledged []callback
	refused      map[string]bool // by group, with those that got no answer
	started      time.Time
	asked        time.Time // when the operator asked for a resync first
}

func newDiskTest(t *testing.T, args ...string) *diskTest {
	t.Helper()
	d := &diskTest{t: t, namespace: newNamespace(t), refused: map[string]bool{}}
	newApp(t, d.namespace, "chat")
	d.quota = &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: d.namespace, Name: "groups"}}
	create(t, d.quota)
	setQuota(t, d.quota, 0, 0)
	d.o = startOperator(t, d.namespace, args...)
	return d
}

// letWrite ends the quota.
func (d *diskTest) letWrite() {
	d.t.Helper()
	setQuota(d.t, d.quota, 1000000, 0)
}

// unanswered stands for the status of a callback to which there was no answer.
const unanswered = 0

// send sends a callback of a group of its own. It must be acknowledged or refused as documented, in time.
func (d *diskTest) send() (status int) {
	d.t.Helper()
	n := len(d.acknowledged) + len(d.refused)
	id := fmt.Sprintf("group %04d", n)
	c := encoded(d.t, fakeim.InfoChanged(id, trafficStart+n, fakeim.Body{"Notification": cmp.Or(d.text, d.turn(n))}))
	reply, err := d.o.sender(d.namespace, "chat").Send(d.t.Context(), c.body)
	switch {
	case err != nil && d.fault.deaf:
		d.refused[id] = true
		return unanswered
	case err != nil:
		d.t.Fatal(err)
	case reply.OK():
		d.acknowledged = append(d.acknowledged, c)
	case reply.HTTPStatus == http.StatusServiceUnavailable && reply.ActionStatus == "FAIL" && reply.ErrorCode == 503 && reply.Header.Get("Retry-After") == "1":
		d.refused[id] = true
	default:
		d.t.Fatalf("answered with HTTP %d %s, Retry-After %q", reply.HTTPStatus, reply.Raw, reply.Header.Get("Retry-After"))
	}
	return reply.HTTPStatus
}

const shortText = "x" // may fit where a long one does not

var longText = strings.Repeat("x", 4000)

func (d *diskTest) turn(n int) string {
	if d.fault.refuse != nil && n%2 == 0 {
		return shortText
	}
	return longText
}

// awaitStatus sends callbacks until one is answered with a status.
func (d *diskTest) awaitStatus(status int) {
	d.t.Helper()
	within(d.t, catchUp, fmt.Sprint("a callback is answered with ", status), func() error {
		if got := d.send(); got != status {
			return fmt.Errorf("answered with %d", got)
		}
		return nil
	})
}

// endure checks for a while that the operator refuses and is well otherwise.
func (d *diskTest) endure(well func() error) {
	d.t.Helper()
	during(d.t, 2*time.Second, harness.PollEvery, func() {
		if status := d.send(); status != http.StatusServiceUnavailable && status != unanswered {
			d.t.Fatalf("answered with %d", status)
		}
		must(d.t, errors.Join(d.o.Err(), well()))
	})
	d.checkAsked()
}

// stepsAside is how long a replica whose disk fails may be ready.
const stepsAside = 15 * time.Second

// failing reports whether the operator says that its disk fails; if it takes no connections it says so that way.
func (d *diskTest) failing() error {
	status, body, err := harness.Get(d.t.Context(), "http://"+d.o.Health+"/readyz", "")
	switch {
	case err != nil && d.fault.deaf:
		return nil
	case err == nil && (status != http.StatusServiceUnavailable || !strings.Contains(body, "journal-failing")):
		return fmt.Errorf("HTTP %d: %s", status, body)
	}
	return err
}

// checkAsked checks that the operator has asked for a resync, at most once a minute.
func (d *diskTest) checkAsked() {
	d.t.Helper()
	if d.asked.IsZero() {
		eventually(d.t, "a resync is asked for", func() error { return resyncAsked(d.t, d.namespace, d.started) })
		d.asked = resyncRequest(d.t, d.namespace)
	}
	if again := resyncRequest(d.t, d.namespace).Sub(d.asked); again > 0 && again < time.Minute {
		d.t.Errorf("a resync was asked for again after %s", again)
	}
}

// restart kills the operator and starts it again, which must succeed whatever the disk does, and find nothing damaged.
func (d *diskTest) restart() {
	d.t.Helper()
	d.o.kill()
	d.started, d.asked = time.Now(), time.Time{}
	d.o.start()
	d.o.awaitReady()
	must(d.t, d.o.isMetric(damageMetric, 0))
}

// checkState checks that all that was acknowledged is written. What was refused says nothing.
func (d *diskTest) checkState() {
	d.t.Helper()
	d.o.awaitDrained()
	written := slices.DeleteFunc(listGroups(d.t, d.namespace), func(g imv1alpha1.IMGroup) bool { return d.refused[g.Spec.GroupID] })
	if diff := oracle.Diff(expected(d.acknowledged), written); diff != "" {
		d.t.Errorf("the IMGroups do not say what the callbacks said:\n%s", diff)
	}
	d.t.Logf("%d acknowledged, %d refused", len(d.acknowledged), len(d.refused))
}

// resyncRequest is when a resync of the app was asked for last, or the zero time.
func resyncRequest(t *testing.T, namespace string) time.Time {
	t.Helper()
	text := getApp(t, namespace, "chat").Annotations[imv1alpha1.AnnotationResyncRequestedAt]
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	must(t, err)
	return at
}

// resyncAsked tells whether a resync of the app was asked for after a time.
func resyncAsked(t *testing.T, namespace string, after time.Time) error {
	t.Helper()
	if at := resyncRequest(t, namespace); !at.After(after) {
		return fmt.Errorf("asked for last at %s", at)
	}
	return nil
}
