// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

// usual is an IMGroup as the API server sends it, with all that a usual one has.
func usual(n int) []byte {
	return fmt.Appendf(nil, `{"apiVersion":"im.imgroup.dev/v1alpha1","kind":"IMGroup","metadata":{
		"namespace":"chat","name":"chat-tgs-group%07d-44d479216ebdbbbf","uid":"138fce11-15d7-4535-8862-%012d","resourceVersion":"%d","generation":1,
		"creationTimestamp":"2026-11-23T09:57:00Z","annotations":{"other":"x","im.imgroup.dev/resync-requested-at":"now"},
		"labels":{"app.kubernetes.io/managed-by":"imgroup-operator","im.imgroup.dev/app":"chat"},
		"ownerReferences":[{"apiVersion":"im.imgroup.dev/v1alpha1","kind":"IMApp","name":"chat","uid":"f0c6d4a2-0000-4535-8862-ff2b6735b957"}],
		"managedFields":[{"manager":"x","operation":"Apply","fieldsV1":{"f:spec":{}}}]},
		"spec":{"appRef":{"name":"chat"},"groupID":"@TGS#GROUP%07d"},
		"status":{"observedGeneration":1,"sdkAppID":1400000000,"type":"Public","owner":"leckie","name":"運用チーム ops on-call",
		"introduction":"On-call coordination. Runbooks are in the wiki.","notification":"","faceURL":"https://cdn.example.com/face.png",
		"customFields":{"Region":"eu-1"},
		"fieldTimes":{"alive":"2026-11-23T09:57:00.123000Z","epoch":"2026-11-23T09:57:00.123000Z","faceURL":"2026-11-23T09:57:00.123000Z",
		"introduction":"2026-11-23T09:57:00.123000Z","name":"2026-11-23T09:57:00.123000Z","notification":"2026-11-23T09:57:00.123000Z",
		"owner":"2026-11-23T09:57:00.123000Z","type":"2026-11-23T09:57:00.123000Z"},
		"lastChange":{"eventTime":"2026-11-23T09:57:00.123000Z","command":"Group.CallbackAfterGroupInfoChanged","operator":"leckie","platform":"Web",
		"fields":["notification"],"source":"Callback"},
		"conditions":[{"type":"Ready","status":"True","reason":"Tracking","message":"","observedGeneration":1,"lastTransitionTime":"2026-11-23T09:57:00Z"},
		{"type":"Synced","status":"True","reason":"AllFieldsKnown","message":"","observedGeneration":1,"lastTransitionTime":"2026-11-23T09:57:00Z"}]}}`,
		n, n, n, n)
}

func decoded(t *testing.T, b []byte) *imv1alpha1.IMGroup {
	t.Helper()
	var g imv1alpha1.IMGroup
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return &g
}

func TestWhatIsUnpackedIsWhatWasPacked(t *testing.T) {
	ended := strings.Replace(string(usual(2)), `"sdkAppID"`, `"destroyedTime":"2026-11-24T00:00:00.000000Z","sdkAppID"`, 1)
	for name, text := range map[string][]byte{
		"usual":    usual(1),
		"ended":    []byte(ended),
		"deleted":  []byte(strings.Replace(ended, `"generation"`, `"deletionTimestamp":"2026-11-24T00:00:01Z","generation"`, 1)),
		"declared": []byte(`{"apiVersion":"im.imgroup.dev/v1alpha1","kind":"IMGroup","metadata":{"namespace":"a","name":"b","uid":"c","resourceVersion":"1"},"spec":{"appRef":{"name":"d"},"groupID":"e"},"status":{"observedGeneration":-1}}`),
	} {
		t.Run(name, func(t *testing.T) {
			var g Group
			if err := json.Unmarshal(text, &g); err != nil {
				t.Fatal(err)
			}
			want := decoded(t, text)
			groupstatus.Compact(want)
			if diff := cmp.Diff(want, g.Unpack()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if g.GetNamespace() != want.Namespace || g.GetName() != want.Name || g.GetResourceVersion() != want.ResourceVersion {
				t.Errorf("the informer sees %s/%s of version %s", g.GetNamespace(), g.GetName(), g.GetResourceVersion())
			}
		})
	}
}

func TestWhatIMGroupsHaveAlikeIsThereOnceAsLongAsOneHasIt(t *testing.T) {
	read := func(n int) *Group {
		g := &Group{}
		if err := json.Unmarshal(bytes.ReplaceAll(usual(n), []byte(`"Web"`), []byte(`"`+t.Name()+`"`)), g); err != nil {
			t.Fatal(err)
		}
		return g
	}
	first, second := read(1), read(2)
	if first.common != second.common {
		t.Error("two have it twice")
	}
	mine := first.Unpack()
	mine.Labels["x"], mine.Status.LastChange.Fields[0] = "y", "other"
	if got := second.Unpack(); got.Labels["x"] != "" || got.Status.LastChange.Fields[0] != "notification" {
		t.Errorf("what one does to what it unpacked, another sees: %v", got)
	}
	runtime.KeepAlive(first)
	packed, err := encode(second.common)
	if err != nil {
		t.Fatal(err)
	}
	first, second = nil, nil
	held := func() bool {
		runtime.GC()
		commons.Lock()
		defer commons.Unlock()
		_, is := commons.packed[packed]
		return is
	}
	for end := time.Now().Add(time.Minute); held(); {
		if time.Now().After(end) {
			t.Fatal("it stays when nobody has it")
		}
	}
}

// An informer waits for this bookmark at each start.
func TestTheEndOfTheInitialEventsIsSeen(t *testing.T) {
	var end, other Group
	must := func(text string, g *Group) {
		if err := json.Unmarshal([]byte(text), g); err != nil {
			t.Fatal(err)
		}
	}
	must(`{"kind":"IMGroup","apiVersion":"im.imgroup.dev/v1alpha1","metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}},"spec":{},"status":{}}`, &end)
	must(string(usual(1)), &other)
	var made Group
	made.SetResourceVersion("1")
	made.SetAnnotations(end.GetAnnotations())
	if made.GetResourceVersion() != "1" || made.GetAnnotations()[metav1.InitialEventsAnnotationKey] != "true" {
		t.Errorf("one that is made has version %q and annotations %v", made.GetResourceVersion(), made.GetAnnotations())
	}
	if end.GetAnnotations()[metav1.InitialEventsAnnotationKey] != "true" || end.GetResourceVersion() != "7" || other.GetAnnotations() != nil {
		t.Errorf("annotations %v and %v", end.GetAnnotations(), other.GetAnnotations())
	}
}

// Nothing of Kubernetes' own fields that a decision reads may get lost without a test that fails.
func TestAllMetadataThatIsLeftOutIsKnown(t *testing.T) {
	full := decoded(t, usual(1))
	full.GenerateName, full.DeletionGracePeriodSeconds, full.Finalizers = "x", new(int64), []string{"x/y"}
	full.DeletionTimestamp = &metav1.Time{Time: full.CreationTimestamp.Time}
	g, err := pack(full.DeepCopy())
	if err != nil {
		t.Fatal(err)
	}
	got := g.Unpack()
	full.GenerateName, full.DeletionGracePeriodSeconds, full.Finalizers, full.ManagedFields = "", nil, nil, nil
	delete(full.Annotations, "other")
	if diff := cmp.Diff(full.ObjectMeta, got.ObjectMeta); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// BenchmarkMemory tells how much memory the cache takes for an IMGroup, in bytes/object.
func BenchmarkMemory(b *testing.B) {
	const objects = 10_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		kept := make([]*Group, objects)
		for i := range kept {
			kept[i] = &Group{}
			if err := json.Unmarshal(usual(i), kept[i]); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/objects, "bytes/object")
		b.ReportMetric(float64(len(kept[0].own)), "bytes-own")
		runtime.KeepAlive(kept)
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	text := usual(1)
	b.ReportAllocs()
	for b.Loop() {
		var g Group
		if err := json.Unmarshal(text, &g); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnpack(b *testing.B) {
	var g Group
	if err := json.Unmarshal(usual(1), &g); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		g.Unpack()
	}
}
