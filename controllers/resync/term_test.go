// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"slices"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
)

func TestSingleGroupsAreTakenOnceWhenTheirTimeHasCome(t *testing.T) {
	var all terms
	term, now := all.of(chat), time.Unix(1000, 0)
	if !term.next().IsZero() {
		t.Error("nothing is wanted yet")
	}
	term.want(now.Add(time.Minute), "later")
	term.want(now, "now", "too")
	term.want(now.Add(time.Second), "now") // the newest wish counts: what it saw before may be too old
	if got := term.next(); !got.Equal(now) {
		t.Errorf("the first at %s", got)
	}
	for _, step := range []struct {
		after time.Duration
		want  []string
	}{{-1, nil}, {0, []string{"too"}}, {0, nil}, {time.Hour, []string{"later", "now"}}, {time.Hour, nil}} {
		got := term.take(now.Add(step.after))
		if slices.Sort(got); !slices.Equal(got, step.want) {
			t.Errorf("after %s: %q, want %q", step.after, got, step.want)
		}
	}
}

func TestAClientLivesAsLongAsWhatItIsMadeOf(t *testing.T) {
	var all terms
	term := all.of(chat)
	config := imcloud.Config{BaseURL: "https://console.tim.qq.com", AllowedHost: func(string) bool { return true }, SDKAppID: appID, AdminUserID: "a", SecretKey: imcloud.SecretKey("k")}
	connect := func(access string, c imcloud.Config) *imcloud.Client {
		t.Helper()
		cloud, err := term.connect(access, c)
		if err != nil {
			t.Fatal(err)
		}
		return cloud
	}
	first := connect("one", config)
	if connect("one", config) != first {
		t.Error("the same access made another client")
	}
	if _, err := term.connect("two", imcloud.Config{}); err == nil {
		t.Error("a client without a host")
	}
	if connect("one", config) != first {
		t.Error("a client that cannot be made must not replace the one there is")
	}
	if connect("two", config) == first {
		t.Error("another access must have another client")
	}
	term = all.of(chat)
	all.end()
	if all.of(chat) == term {
		t.Error("a new term remembers the old one")
	}
	all.forget(chat)
	if len(all.all) != 0 {
		t.Error("an app that is gone is remembered")
	}
}
