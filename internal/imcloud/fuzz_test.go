// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// seeds adds the recorded answers and some that are not.
func seeds(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no recorded answers: %v", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, body := range []string{"", "null", "[]", `{"GroupInfo":[{}]}`, `{"Next":18446744073709551615}`, `{"GroupInfo":[{"AppDefinedData":[[]]}]}`} {
		f.Add([]byte(body))
	}
}

func FuzzInfo(f *testing.F) {
	seeds(f)
	c := &Client{sdkAppID: testApp, keys: []string{"Level"}}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := decode[infoAnswer](infoCommand, body)
		if err != nil {
			checkSecrets(t, err.Error())
			return
		}
		told := a.byID()
		for _, id := range []string{"@TGS#2J4SZEAEL", "WorldGroup777", ""} {
			r := c.found(id, told, c.keys, time.Unix(1670574414, 0))
			if r.GroupID != id || len(r.Values)+len(r.Absent) > 7 {
				t.Errorf("%+v", r)
			}
			for _, v := range r.Values {
				if !utf8.ValidString(v.Value) || utf8.RuneCountInString(v.Value) > event.Bound(event.Notification) {
					t.Errorf("%s is out of bounds: %q", v.Field, v.Value)
				}
			}
			if e, ok := r.Event("chat", "lobby"); ok != (!r.ServerTime.IsZero() && (r.Outcome == Observed || r.Outcome == Destroyed || r.Outcome == InvalidID)) || ok && e.Key.GroupID != id {
				t.Errorf("%s is an event: %t", r.Outcome, ok)
			}
		}
	})
}

func FuzzList(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := decode[listAnswer](listCommand, body)
		if err != nil {
			checkSecrets(t, err.Error())
			return
		}
		for _, id := range a.page().IDs {
			if !isFit(id) {
				t.Errorf("%q is listed", id)
			}
		}
	})
}
