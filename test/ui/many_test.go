// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	manyGroups = 10_000
	seedBatch  = 100 // objects in a transaction of etcd, which takes at most 128

	// patient is how long somebody may wait for what they asked for, on a machine with two busy processors.
	patient = 2 * time.Second
)

// seed writes copies of a group to etcd, as the API server would: the way through the API server takes minutes.
func seed(t *testing.T, group *imv1alpha1.IMGroup) {
	t.Helper()
	var o unstructured.Unstructured
	o.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind("IMGroup"))
	must(t, world.admin.Get(t.Context(), client.ObjectKeyFromObject(group), &o))
	unstructured.RemoveNestedField(o.Object, "metadata", "resourceVersion") // of etcd's own making
	o.SetLabels(nil)
	o.SetOwnerReferences(nil)
	for from := 1; from < manyGroups; from += seedBatch {
		var puts []any
		for n := from; n < min(from+seedBatch, manyGroups); n++ {
			puts = append(puts, map[string]any{"requestPut": nth(t, &o, n)})
		}
		transact(t, map[string]any{"success": puts})
	}
	var all metav1.PartialObjectMetadataList // with which the API server catches up
	all.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind("IMGroupList"))
	must(t, world.admin.List(t.Context(), &all, client.InNamespace(group.Namespace)))
}

// nth is a copy with a key in etcd.
func nth(t *testing.T, o *unstructured.Unstructured, n int) map[string]string {
	t.Helper()
	o.SetName(fmt.Sprintf("many-%05d", n))
	o.SetUID(uuid.NewUUID())
	for _, value := range []struct {
		text string
		path []string
	}{
		{fmt.Sprintf("@TGS#%05d", n), []string{"spec", "groupID"}},
		{fmt.Sprintf("Group %05d 公会", n), []string{"status", "name"}},
		{fmt.Sprintf("user-%d", n%500), []string{"status", "owner"}},
		{[]string{"Public", "Work", "Meeting", "Community"}[n%4], []string{"status", "type"}},
	} {
		must(t, unstructured.SetNestedField(o.Object, value.text, value.path...))
	}
	text, err := json.Marshal(o.Object)
	must(t, err)
	key := "/registry/im.imgroup.dev/imgroups/" + o.GetNamespace() + "/" + o.GetName()
	return map[string]string{"key": base64.StdEncoding.EncodeToString([]byte(key)), "value": base64.StdEncoding.EncodeToString(text)}
}

func transact(t *testing.T, transaction any) {
	t.Helper()
	text, err := json.Marshal(transaction)
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, world.env.EtcdURL+"/v3/kv/txn", bytes.NewReader(text))
	must(t, err)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer response.Body.Close()
	var result struct{ Succeeded bool }
	must(t, json.NewDecoder(response.Body).Decode(&result))
	if !result.Succeeded {
		t.Fatalf("etcd answered %s", response.Status)
	}
}

func TestTenThousandGroupsStayUsable(t *testing.T) {
	told(t, "many", "support", fakeim.Created("@TGS#00000", nil, "leckie", "Group 00000"))
	told(t, "many", "support", fakeim.InfoChanged("@TGS#00000", nil, fakeim.Body{"Name": "Group 00000", "Introduction": "Everything about us",
		"Notification": "Maintenance on Friday, 22:00", "FaceUrl": "https://cdn.example.com/many.png"}))
	var first *imv1alpha1.IMGroup
	eventually(t, "all of the first group is known", func() error { // else the operator would have to change each copy
		if first = groupOf(t, "many", "@TGS#00000"); first.Status.Owner == nil || first.Status.FaceURL == nil {
			return errors.New("not yet")
		}
		return nil
	})
	seed(t, first)
	began := time.Now()
	link := serve(t, "-n", "many")
	figures := map[string]time.Duration{"command to link": time.Since(began)}
	b := newTab(t)
	began = time.Now()
	b.do(chromedp.Navigate(link))
	b.until(row("@TGS#") + ` !== undefined`)
	figures["link to first rows"] = time.Since(began)
	b.until(`document.querySelector("#count").innerText === "10,000 of 10,000"`)
	figures["link to all rows"] = time.Since(began)

	typed := func(text string) string {
		return `{ const e = document.querySelector("#search"); e.value = ` + quoted(text) + `; e.dispatchEvent(new Event("input")); }`
	}
	for _, step := range []struct{ name, script string }{
		{"search, one letter", typed("u")},
		{"search, three words", typed("group 公会 042")},
		{"search cleared", typed("")},
		{"filter by type", `{ const e = document.querySelector("#type"); e.value = "Work"; e.dispatchEvent(new Event("change")); }`},
		{"filter cleared", `{ const e = document.querySelector("#type"); e.value = ""; e.dispatchEvent(new Event("change")); }`},
		{"sort by name", `document.querySelector("#heads .group button").click()`},
		{"sort by owner", `document.querySelector("#heads .owner button").click()`},
		{"to the end", `{ const e = document.querySelector("#viewport"); e.scrollTop = e.scrollHeight; }`},
	} {
		figures[step.name] = b.measure(step.script)
	}
	if got := eval[int](b, `document.querySelectorAll("#rows tr").length`); got > 100 {
		t.Errorf("%d rows are in the document", got)
	}
	figures["longest frame of a fast scroll"] = b.scroll()
	b.do(script(typed("@TGS#00000")))
	b.until(`document.querySelector("#count").innerText === "1 of 10,000"`)
	began = time.Now()
	told(t, "many", "support", fakeim.InfoChanged("@TGS#00000", time.Now().UnixMilli(), fakeim.Body{"Name": "Changed among many"}))
	b.until(row("Changed among many") + ` !== undefined`)
	figures["callback to row"] = time.Since(began)
	heap := eval[float64](b, `performance.memory?.usedJSHeapSize ?? 0`)
	report(t, figures, heap)
}

func report(t *testing.T, figures map[string]time.Duration, heap float64) {
	t.Helper()
	names := make([]string, 0, len(figures))
	for name, took := range figures {
		names = append(names, name)
		limit := patient
		if slices.Contains([]string{"command to link", "link to first rows", "link to all rows"}, name) {
			limit = 15 * patient
		}
		if took > limit {
			t.Errorf("%s takes %v", name, took)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		t.Logf("%-32s %v", name, figures[name].Round(time.Millisecond))
	}
	t.Logf("%-32s %.0f MiB", "heap of the page", heap/(1<<20))
}

// scroll is the longest time between two frames while the table is scrolled through.
func (b *tab) scroll() time.Duration {
	b.t.Helper()
	ms := eval[float64](b, `(async () => { const view = document.querySelector("#viewport"); let longest = 0; let last = performance.now();
		for (let i = 0; i < 90; i++) { view.scrollTop = view.scrollHeight * ((i * 7) % 90) / 90; await new Promise(requestAnimationFrame);
			const now = performance.now(); longest = Math.max(longest, now - last); last = now; } return longest; })()`)
	return time.Duration(ms * float64(time.Millisecond))
}
