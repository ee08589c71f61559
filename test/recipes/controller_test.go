// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// announcer is the controller of the recipe. It may be ended and started again.
type announcer struct {
	t       *testing.T
	options child.Options
	process *child.Process
}

// announcement is a line of its output.
type announcement struct{ Msg, ID, Name, GroupID, Text string }

func newAnnouncer(t *testing.T, args ...string) *announcer {
	t.Helper()
	kubectl(t, adminConfig(), "apply", "-k", folder+"controller")
	a := &announcer{t: t, options: child.Options{Path: filepath.Join(world.bin, "announcer"), Args: args, Log: filepath.Join(t.TempDir(), "log"),
		Env: []string{"POD_NAMESPACE=" + namespace, "KUBECONFIG=" + account(t, namespace, "announcer")}}}
	a.start()
	return a
}

func (a *announcer) start() {
	a.t.Helper()
	a.process = start(a.t, a.options)
}

// said are the announcements for a group.
func (a *announcer) said(group string) (all []announcement) {
	a.t.Helper()
	text, err := os.ReadFile(a.options.Log)
	must(a.t, err)
	for line := range strings.Lines(string(text)) {
		var one announcement
		if json.Unmarshal([]byte(line), &one) == nil && one.Msg == "notification" && one.GroupID == group {
			all = append(all, one)
		}
	}
	return all
}

func (a *announcer) texts(group string) (all []string) {
	a.t.Helper()
	for _, one := range a.said(group) {
		all = append(all, one.Text)
	}
	return all
}

// await waits until exactly these texts were announced for a group.
func (a *announcer) await(group string, texts ...string) {
	a.t.Helper()
	eventually(a.t, "what is announced for "+group, func() error { return differs(texts, a.texts(group)) })
}

// settled waits until what was sent before has been looked at: groups are looked at one after another, in the order of
// their changes.
func (a *announcer) settled() {
	a.t.Helper()
	group := fmt.Sprintf("sentinel-%d", freePort(a.t))
	change(a.t, group, 5000, fakeim.Body{"Notification": "sentinel"})
	a.await(group, "sentinel")
}

func TestTheControllerReactsOnceToEachChange(t *testing.T) {
	a := newAnnouncer(t)
	change(t, "board", 1000, fakeim.Body{"Notification": nasty})
	a.await("board", nasty)

	change(t, "board", 2000, fakeim.Body{"Name": "not a notification"})
	change(t, "board", 1000, fakeim.Body{"Notification": nasty}) // again
	change(t, "board", 500, fakeim.Body{"Notification": "late"})
	a.settled()
	a.await("board", nasty)

	change(t, "board", 3000, fakeim.Body{"Notification": "b"})
	a.await("board", nasty, "b")
	change(t, "board", 3000, fakeim.Body{"Notification": "c"}) // the greater text of the same millisecond wins
	a.await("board", nasty, "b", "c")
	change(t, "board", 4000, fakeim.Body{"Notification": "c"}) // the same text, published anew
	a.await("board", nasty, "b", "c", "c")
	change(t, "board", 5000, fakeim.Body{"Notification": ""})
	a.await("board", nasty, "b", "c", "c", "")
}

func TestTheControllerSurvivesItsEnd(t *testing.T) {
	a := newAnnouncer(t)
	change(t, "survivor", 1000, fakeim.Body{"Notification": "before"})
	a.await("survivor", "before")
	a.settled() // the annotation is there
	must(t, a.process.Kill())
	change(t, "survivor", 2000, fakeim.Body{"Notification": "missed"})
	change(t, "survivor", 3000, fakeim.Body{"Notification": "meanwhile"})
	awaitNotification(t, "survivor", "meanwhile")
	a.start()
	a.await("survivor", "before", "meanwhile")
	a.settled()
	a.await("survivor", "before", "meanwhile")
}

// A burst is seen in part, and no change twice: the controller does not act on what its cache has not seen yet.
func TestTheControllerDoesNotActTwiceInABurst(t *testing.T) {
	change(t, "burst", 500, fakeim.Body{"Name": "x"})
	a := newAnnouncer(t)
	keepBusy(t, "burst")
	const changes = 40
	for i := range changes {
		change(t, "burst", int64(1000+i), fakeim.Body{"Notification": fmt.Sprint(i), "Name": fmt.Sprint(i)})
	}
	eventually(t, "the last one is announced", func() error {
		texts := a.texts("burst")
		if len(texts) == 0 || texts[len(texts)-1] != fmt.Sprint(changes-1) {
			return fmt.Errorf("%v", texts)
		}
		return nil
	})
	a.settled()
	seen := map[string]bool{}
	for _, one := range a.said("burst") {
		if seen[one.ID] {
			t.Errorf("announced twice: %+v", one)
		}
		seen[one.ID] = true
	}
}

// keepBusy has a group's object change all the time, until the end of the test: the controller is woken again before it
// can have seen what it wrote.
func keepBusy(t *testing.T, group string) {
	t.Helper()
	var g *imv1alpha1.IMGroup
	eventually(t, "the group is there", func() error {
		if g = groupOf(t, group); g == nil {
			return errors.New("not yet")
		}
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ctx.Err() == nil; i++ {
			patch := fmt.Sprintf(`{"metadata":{"annotations":{"busy":"%d"}}}`, i)
			_ = world.admin.Patch(ctx, g.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(patch)))
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

func TestTheControllerLeavesOldNewsAlone(t *testing.T) {
	change(t, "old", 1000, fakeim.Body{"Notification": "of long ago"})
	awaitNotification(t, "old", "of long ago")
	a := newAnnouncer(t, "--since=2026-01-01T00:00:02Z")
	change(t, "old", 1500, fakeim.Body{"Notification": "still old"})
	a.settled()
	change(t, "old", 2000, fakeim.Body{"Notification": "news"})
	a.await("old", "news")
}
