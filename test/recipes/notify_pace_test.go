// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

// limits are those that the services document: so many messages within so long.
var limits = map[robot.Kind]map[time.Duration]int{
	robot.Feishu:   {time.Second: 5, time.Minute: 100},
	robot.WeCom:    {time.Minute: 20},
	robot.DingTalk: {time.Minute: 20},
	robot.Slack:    {time.Second: 1},
}

// In any window of time, over restarts, a service gets what it takes and not much less.
func TestTheLimitsOfTheServicesAreKept(t *testing.T) {
	for kind, windows := range limits {
		synctest.Test(t, func(t *testing.T) {
			h := &hook{t: t, kind: kind}
			const messages = 300
			r, begin := h.robot(), time.Now()
			for i := range messages {
				if i%7 == 0 {
					r = h.robot() // the program starts again and knows of nothing
				}
				must(t, r.Wait(t.Context()))
				must(t, r.Post(t.Context(), []string{"x"}))
			}
			for window, most := range windows {
				checkWindows(t, h, window, most)
			}
			if slowest := time.Minute * messages / 18; time.Since(begin) > slowest {
				t.Errorf("%s: %d messages take %v", kind, messages, time.Since(begin))
			}
		})
	}
}

func checkWindows(t *testing.T, h *hook, window time.Duration, most int) {
	t.Helper()
	for i := most; i < len(h.posted); i++ {
		if d := h.posted[i].Sub(h.posted[i-most]); d < window {
			t.Fatalf("%s: %d messages within %v", h.kind, most+1, d)
		}
	}
}

// What means later lets all messages wait, as long as the service says or longer and longer. Anything else is of that
// message alone.
func TestWhatMeansLaterPausesTheRobot(t *testing.T) {
	const ok, rate = http.StatusOK, http.StatusTooManyRequests
	for _, test := range []struct {
		name     string
		kind     robot.Kind
		refuse   http.HandlerFunc
		least    time.Duration // of the wait for the next message
		thisOnly bool
	}{
		{"Slack says when", robot.Slack, answer(rate, "", "Retry-After", "30"), 30 * time.Second, false},
		{"Slack does not say when", robot.Slack, answer(rate, ""), 2 * time.Second, false},
		{"a wait without end is bounded", robot.Slack, answer(rate, "", "Retry-After", "999999999999"), 15 * time.Minute, false},
		{"Slack is broken", robot.Slack, answer(503, ""), 2 * time.Second, false},
		{"Slack refuses the message", robot.Slack, answer(400, "invalid_payload"), 0, true},
		{"Slack knows no such webhook", robot.Slack, answer(404, "no_service"), 0, true},
		{"Slack does not say ok", robot.Slack, answer(ok, "<html>"), 0, true},
		{"Feishu's gateway says when", robot.Feishu, answer(rate, `{"code":99991400,"msg":"request trigger frequency limit"}`, "x-ogw-ratelimit-reset", "52"), 52 * time.Second, false},
		{"Feishu's gateway of old", robot.Feishu, answer(400, `{"code":99991400,"msg":"request trigger frequency limit"}`, "x-ogw-ratelimit-reset", "90"), 90 * time.Second, false},
		{"Feishu limits, with HTTP 200", robot.Feishu, answer(ok, `{"code":11232,"msg":"frequency limited"}`), time.Minute, false},
		{"Feishu finds the signature wrong", robot.Feishu, answer(ok, `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`), 0, true},
		{"Feishu misses a keyword", robot.Feishu, answer(ok, `{"code":19024,"msg":"Key Words Not Found"}`), 0, true},
		{"Feishu says nothing", robot.Feishu, answer(ok, `{}`), 0, true},
		{"WeCom limits", robot.WeCom, answer(ok, `{"errcode":45009,"errmsg":"api freq out of limit"}`), time.Minute, false},
		{"WeCom is busy", robot.WeCom, answer(ok, `{"errcode":-1,"errmsg":"system busy"}`), 2 * time.Second, false},
		{"WeCom knows no such webhook", robot.WeCom, answer(ok, `{"errcode":93000,"errmsg":"invalid webhook url"}`), 0, true},
		{"DingTalk limits", robot.DingTalk, answer(ok, `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`), 10 * time.Minute, false},
		{"DingTalk limits, as documented", robot.DingTalk, answer(ok, `{"errcode":410100,"errmsg":"too fast"}`), 10 * time.Minute, false},
		{"DingTalk is busy", robot.DingTalk, answer(ok, `{"errcode":-1,"errmsg":"busy"}`), 2 * time.Second, false},
		{"DingTalk finds the signature wrong", robot.DingTalk, answer(ok, `{"errcode":310000,"errmsg":"sign not match"}`), 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &hook{t: t, kind: test.kind, refuse: []http.HandlerFunc{test.refuse}}
				r := h.robot()
				checkSilence(t, r.Post(t.Context(), []string{"x"}))
				wait, gap := waited(t, r), gapOf(t, test.kind)
				if least := max(test.least, gap); wait < least || wait > least+10*time.Second || test.thisOnly && wait != gap {
					t.Errorf("the next message waits %v, want at least %v", wait, least)
				}
				must(t, r.Post(t.Context(), []string{"x"}))
				if wait := waited(t, r); wait != gap {
					t.Errorf("after a success the next message waits %v, not %v", wait, gap)
				}
			})
		})
	}
}

func waited(t *testing.T, r *robot.Robot) time.Duration {
	t.Helper()
	begin := time.Now()
	must(t, r.Wait(t.Context()))
	return time.Since(begin)
}

func gapOf(t *testing.T, kind robot.Kind) time.Duration {
	t.Helper()
	return waited(t, (&hook{t: t, kind: kind}).robot())
}

// While a service stays away the attempts become rare; they never end, and the first success ends the waiting.
func TestAttemptsBecomeRareWhileAServiceIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hook{t: t, kind: robot.Slack}
		for range 20 {
			h.refuse = append(h.refuse, answer(500, ""))
		}
		r, last := h.robot(), time.Duration(0)
		for range 20 {
			checkSilence(t, r.Post(t.Context(), []string{"x"}))
			wait := waited(t, r)
			if wait < last || wait > 5*time.Minute {
				t.Errorf("%v after %v", wait, last)
			}
			last = wait
		}
		if last != 5*time.Minute {
			t.Errorf("in the end an attempt comes after %v", last)
		}
		must(t, r.Post(t.Context(), []string{"x"}))
		if wait := waited(t, r); wait > 2*time.Second {
			t.Errorf("the next message waits %v", wait)
		}
	})
}
