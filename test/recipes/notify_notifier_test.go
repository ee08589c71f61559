// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

func TestEachChangeIsToldOnceOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes(t, kindOf(robot.WeCom))
		n.set("chat", "a", "name", "A")
		n.tells("a change", "name: A")
		n.tells("looked at again")
		n.start()
		n.tells("after a restart")
		n.set("chat", "a", "notification", "late")
		n.set("chat", "a", "introduction", "meanwhile")
		n.start()
		n.tells("what changed while it was away", "introduction: meanwhile; notification: late")

		time.Sleep(time.Millisecond)
		n.set("chat", "a", "name", "A")
		n.tells("the same value, published anew", "name: A")
		n.write("chat", "a", func(s *imv1alpha1.IMGroupStatus) {
			learn(s, imv1alpha1.SourceCallback, time.Now().Add(-time.Hour), "owner", "o")
		})
		n.tells("a callback that was late", "owner: o")
		n.write("chat", "a", func(s *imv1alpha1.IMGroupStatus) {
			learn(s, imv1alpha1.SourceCallback, time.Now(), "type", "Public", "alive", "")
		})
		n.tells("a sign of life")
		n.start()
		n.tells("after all of this")
	})
}

// What could not be sent is not remembered: it is sent later, with the state of then, and no other group waits for it.
func TestWhatCouldNotBeSentIsSentLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes(t, kindOf(robot.Feishu))
		n.hook.refuse = []http.HandlerFunc{answer(http.StatusOK, `{"code":19024,"msg":"Key Words Not Found"}`)}
		n.set("chat", "a", "name", "A")
		n.set("chat", "b", "name", "B")
		checkSilence(t, n.settle())
		if err := differs([]string{"name: B"}, n.told()); err != nil {
			t.Error(err)
		}
		n.set("chat", "a", "notification", "more")
		n.start()
		n.tells("the rest", "name: A; notification: more")
	})
}

// Whoever ends the program while it waits for an answer does not make it send twice.
func TestAnEndWhilePostingSendsNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes(t, kindOf(robot.DingTalk))
		n.set("chat", "a", "name", "A")
		ctx, end := context.WithCancel(t.Context())
		n.hook.refuse = []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			end()
			_, _ = io.WriteString(w, success[robot.DingTalk])
		}}
		var all imv1alpha1.IMGroupList
		must(t, n.objects.List(ctx, &all))
		_, err := n.notifier.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(&all.Items[0])})
		must(t, err)
		n.start()
		n.tells("after the end")
	})
}

// A first resync finds all groups. They are not news, not even when a callback about one of them comes.
func TestWhatAResyncFoundIsToldOnRequestOnly(t *testing.T) {
	for extra, want := range map[string][]string{"": {"notification: n"}, ", resyncs: true": {"name: A", "notification: n"}} {
		synctest.Test(t, func(t *testing.T) {
			n := newNotes(t, "receivers: [{name: ops, kind: Slack"+extra+"}]")
			n.write("chat", "a", func(s *imv1alpha1.IMGroupStatus) { learn(s, imv1alpha1.SourceREST, time.Now(), "name", "A") })
			must(t, n.settle())
			n.start()
			time.Sleep(time.Second)
			n.set("chat", "a", "notification", "n")
			must(t, n.settle())
			must(t, differs(want, n.told()))
		})
	}
}

func TestOldNewsAreNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes(t, kindOf(robot.Slack))
		n.set("chat", "a", "name", "A")
		time.Sleep(25 * time.Hour) // no Notifier ran
		n.tells("a day later")
		n.set("chat", "a", "notification", "n")
		n.tells("a new one", "notification: n")
		time.Sleep(25 * time.Hour)
		n.set("chat", "a", "owner", "o")
		n.tells("after another day, when the mark of the other one is gone", "owner: o")
	})
}

// A receiver that refuses everything keeps nothing from another one, which is told once.
func TestReceiversDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := newNotes(t, "receivers: [{name: broken, kind: Slack}]")
		broken.hook.refuse = []http.HandlerFunc{answer(http.StatusForbidden, "action_prohibited")}
		good := notesOn(t, broken.objects, "receivers: [{name: good, kind: WeCom}]")
		broken.set("chat", "a", "name", "A")
		checkSilence(t, broken.settle())
		good.tells("first", "name: A")
		must(t, broken.settle())
		good.tells("and no more")
		must(t, differs([]string{"name: A"}, broken.told()))
	})
}

func TestAMessageTellsWhatWhenAndWho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNotes(t, kindOf(robot.Slack))
		n.write("chat", "team 7/blue", func(s *imv1alpha1.IMGroupStatus) {
			learn(s, imv1alpha1.SourceCallback, time.Now(), "epoch", "", "alive", "", "name", "Blue\nteam", "owner", "leckie", "custom/Region", "eu", "introduction", "")
		})
		must(t, n.settle())
		n.write("chat", "team 7/blue", func(s *imv1alpha1.IMGroupStatus) {
			learn(s, imv1alpha1.SourceCallback, time.Now().Add(time.Minute), "destroyed", "")
			s.LastChange.EventTime = metav1.NewMicroTime(time.Now())
		})
		must(t, n.settle())
		const head = "IMGroup chat-7465616d20372f626c7565 of chat: Blue team (team 7/blue)\n"
		must(t, differs([]string{
			head + "custom/Region: eu\ncreated\nintroduction cleared\nname: Blue team\nowner: leckie\n2000-01-01 00:00:00 UTC by leckie",
			head + "disbanded\n2000-01-01 00:01:01 UTC",
		}, n.hook.texts()))
	})
}

// No text of a chat user begins a line, and each value is in its line.
func TestHostileTextsStayInTheirLines(t *testing.T) {
	for _, kind := range kinds {
		synctest.Test(t, func(t *testing.T) {
			n := newNotes(t, kindOf(kind))
			for i, text := range hostile {
				n.write("chat", strings.ToValidUTF8(text, "?")[:min(8, len(text))], func(s *imv1alpha1.IMGroupStatus) {
					learn(s, imv1alpha1.SourceCallback, time.Now(), "name", text, "notification", text, "custom/"+text, text)
					s.LastChange.Operator = text
				})
				must(t, n.settle())
				lines := strings.Split(n.hook.texts()[i], "\n")
				if len(lines) != 5 || !strings.HasPrefix(lines[0], "IMGroup chat-") || !strings.HasPrefix(lines[1], "custom/") ||
					!strings.HasPrefix(lines[2], "name: ") || !strings.HasPrefix(lines[3], "notification: ") || !strings.HasPrefix(lines[4], "2000-") {
					t.Errorf("%s: %q", kind, lines)
				}
			}
		})
	}
}
