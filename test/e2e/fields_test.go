// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestACallbackChangesOnlyTheFieldsItNames(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops", "Introduction": "on call", "Notification": "hello", "FaceUrl": "https://a.example/f.png"}))
	awaitTexts(t, ns, "ops", "on call", "hello", "https://a.example/f.png")

	send(t, s, fakeim.InfoChanged("g", 2000, fakeim.Body{"Name": "raids"}))
	awaitTexts(t, ns, "raids", "on call", "hello", "https://a.example/f.png")

	send(t, s, fakeim.InfoChanged("g", 3000, fakeim.Body{"Notification": "", "Introduction": nil}))
	g := awaitTexts(t, ns, "raids", "on call", "", "https://a.example/f.png")
	if err := hasConditions(g.Status.Conditions, "Synced=True/AllFieldsKnown"); err != nil {
		t.Errorf("an empty text is a known one: %v", err)
	}
	if want := map[string]int64{"alive": 3000, "faceURL": 1000, "introduction": 1000, "name": 2000, "notification": 3000, "type": 3000}; !cmp.Equal(want, timesOf(g)) {
		t.Errorf("the times (-want +got):\n%s", cmp.Diff(want, timesOf(g)))
	}
}

func TestCustomFieldsAreKeptByKey(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	custom := func(at int, pairs ...string) {
		send(t, s, fakeim.InfoChanged("g", at, fakeim.Body{"UserDefinedDataList": fakeim.CustomFields(pairs...)}))
	}
	custom(1000, "Region", "eu", "Level", "7")
	custom(2000, "Level", "8", "Rank", "a")
	custom(3000, "Rank", "")
	want := map[string]string{"Level": "8", "Rank": "", "Region": "eu"}
	awaitGroup(t, ns, "g", "has its custom fields", func(g imv1alpha1.IMGroup) error {
		return differs(want, g.Status.CustomFields)
	})
}

func TestLongTextIsCutAndNotRefused(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", 1000, fakeim.Body{"Notification": strings.Repeat("語", 8193)}))
	awaitGroup(t, ns, "g", "has the cut text", func(g imv1alpha1.IMGroup) error {
		return is("the notification", g.Status.Notification, strings.Repeat("語", 8192))
	})
	if err := o.isMetric(`imgroup_callback_truncated_total{field="notification"}`, 1); err != nil {
		t.Error(err)
	}
}

func TestADuplicateAndALateEventCauseNoWrite(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	newest := fakeim.InfoChanged("g", 2000, fakeim.Body{"Name": "ops", "Notification": "b"})
	send(t, s, newest)
	awaitGroup(t, ns, "g", "has its name", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	o.awaitDrained()
	before := awaitCleared(t, ns)[0]
	eventually(t, "all writes are counted", func() error { return o.isMetric(`imgroup_sync_writes_total{result="cleared"}`, 1) })
	writes := o.writes()

	for range 3 {
		send(t, s, newest)
		o.awaitDrained()
	}
	send(t, s, fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "older"}))
	o.awaitDrained()
	send(t, s, fakeim.InfoChanged("g", 2000, fakeim.Body{"Notification": "a"}).With("Operator_Account", "a smaller one"))
	o.awaitDrained()

	after := getGroup(t, ns, before.Name)
	if before.ResourceVersion != after.ResourceVersion {
		t.Errorf("the object was written again (-before +after):\n%s", cmp.Diff(before, after))
	}
	if diff := cmp.Diff(writes, o.writes()); diff != "" {
		t.Errorf("writes were counted (-before +after):\n%s", diff)
	}
}

// writes are the counters of writes.
func (o *operator) writes() map[string]float64 {
	writes := map[string]float64{}
	for name, value := range o.metrics() {
		if strings.HasPrefix(name, "imgroup_sync_writes_total") {
			writes[name] = value
		}
	}
	return writes
}

func awaitTexts(t *testing.T, namespace, name, introduction, notification, faceURL string) imv1alpha1.IMGroup {
	t.Helper()
	return awaitGroup(t, namespace, "g", "has its texts", func(g imv1alpha1.IMGroup) error {
		return differs([]*string{&name, &introduction, &notification, &faceURL},
			[]*string{g.Status.Name, g.Status.Introduction, g.Status.Notification, g.Status.FaceURL})
	})
}

func timesOf(g imv1alpha1.IMGroup) map[string]int64 {
	times := map[string]int64{}
	for field, at := range g.Status.FieldTimes {
		times[field] = at.UnixMilli() - fakeim.Epoch
	}
	return times
}
