// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAnEventTellsWhoChangedWhatFromWhereInOneLine(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := startOperator(t, ns)
	newApp(t, ns, "chat", "")
	apply(t, ns, groupYAML("mine", "chat", "ops"))
	o.send("chat", everyText("ops", 1000, "運用"))
	awaitGroup(t, ns, "mine", "condition=Synced")
	o.send("chat", everyText("ops", 2000, "当番\n\x1b[31m").With("Operator_Account", "alice"), fakeim.WithPlatform("iOS"))
	const want = `name changed from "運用" to "当番\n\x1b[31m" by "alice" from "iOS"`
	eventually(t, "kubectl events tells of the change", func() error {
		out := kubectl(t, ns, "", "events", "--for=imgroup/mine", "--no-headers")
		for line := range strings.Lines(out) {
			if strings.Contains(line, "NameChanged") && strings.Contains(line, want) {
				return nil
			}
		}
		return fmt.Errorf("no %s in\n%s", want, out)
	})
}

// Bounds of the Events of one group and of one replica.
const (
	groupBurst, groupPerSecond     = 10, 1
	replicaBurst, replicaPerSecond = 25, 5
)

func TestAHotGroupDoesNotFloodTheEvents(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := startOperator(t, ns)
	newApp(t, ns, "chat", "")
	apply(t, ns, groupYAML("hot", "chat", "hot")+"---\n"+groupYAML("quiet", "chat", "quiet"))
	start := time.Now()
	var senders errgroup.Group
	senders.SetLimit(4)
	for i := range 600 {
		body := everyText("hot", 1000+i, fmt.Sprint("name ", i)).With("Notification", fmt.Sprint("notification ", i))
		senders.Go(func() error { return o.trySend(t.Context(), "chat", body) })
	}
	must(t, senders.Wait())
	o.send("chat", everyText("quiet", 1000, "quiet"))
	kubectl(t, ns, "", "wait", "imgroup", "hot", "--for=jsonpath={.status.name}=name 599", "--timeout=60s")
	eventually(t, "an Event of the quiet group is there", func() error {
		if eventsOf(t, ns)["quiet"] == 0 {
			return errNotYet
		}
		return nil
	})
	seconds := int(time.Since(start)/time.Second) + 1
	counts := eventsOf(t, ns)
	if most := groupBurst + groupPerSecond*seconds; counts["hot"] < groupBurst || counts["hot"] > most {
		t.Errorf("%d Events of the hot group in %d s, want %d to %d", counts["hot"], seconds, groupBurst, most)
	}
	if all, most := counts["hot"]+counts["quiet"], replicaBurst+replicaPerSecond*seconds; all > most {
		t.Errorf("%d Events in all in %d s, want at most %d", all, seconds, most)
	}
	t.Logf("Events after 600 callbacks in %d s: %v", seconds, counts)
}

// eventsOf counts the Events that the API server has, by IMGroup. One that was repeated counts as often.
func eventsOf(t *testing.T, namespace string) map[string]int {
	t.Helper()
	var list eventsv1.EventList
	must(t, world.admin.List(t.Context(), &list, client.InNamespace(namespace)))
	counts := map[string]int{}
	for _, e := range list.Items {
		if counts[e.Regarding.Name]++; e.Series != nil {
			counts[e.Regarding.Name] += int(e.Series.Count) - 1
		}
	}
	return counts
}
