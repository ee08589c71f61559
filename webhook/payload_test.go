// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// told describes the event that a fixture must give.
type told struct {
	group, operator string
	time            int64
	registers       map[string]string // without clocks
	clocks          string
	fields          string
}

var received = testNow.UnixMilli()

// fixtures are the bodies of testdata that are stored; every other one is answered with OK and forgotten.
var fixtures = map[string]told{
	"Group.CallbackAfterChangeGroupOwner": {"@TGS#2TTV7VSII", "administrator", 1670574414123,
		map[string]string{"type": "Public", "owner": "user2"}, "alive", "owner"},
	"Group.CallbackAfterCreateGroup": {"@TGS#2Z4CLQE5CM", "PLNJEE0k", 1682914763569,
		map[string]string{"type": "Public", "name": "test8888", "owner": "PLNJEE0k"}, "alive epoch", "name owner"},
	"Group.CallbackAfterCreateGroup.with-custom-fields": {"@TGS#2J4SZEAEL", "administrator", 1670574414123,
		map[string]string{"type": "Public", "name": "ops", "owner": "leckie", "custom/Level": "1"}, "alive epoch", "custom/Level name owner"},
	"Group.CallbackAfterGroupDestroyed":           {"@TGS#2J4SZEAEL", "", 1670574414123, nil, "destroyed", ""},
	"Group.CallbackAfterGroupDestroyed.community": {"@TGS#_@TGS#cQVLVHIM62CJ", "", 1670574414123, nil, "destroyed", ""},
	"Group.CallbackAfterGroupInfoChanged": {"@TGS#2J4SZEAEL", "leckie", 1670574414123,
		map[string]string{"type": "Public", "notification": "Maintenance at 22:00 UTC"}, "alive", "notification"},
	"Group.CallbackAfterGroupInfoChanged.eventtime-string": {"@TGS#2J4SZEAEL", "leckie", 1670574414123,
		map[string]string{"type": "Public", "notification": "Maintenance at 22:00 UTC"}, "alive", "notification"},
	"Group.CallbackAfterGroupInfoChanged.no-eventtime": {"@TGS#2J4SZEAEL", "leckie", received,
		map[string]string{"type": "Public", "notification": "Maintenance at 22:00 UTC"}, "alive", "notification"},
	"Group.CallbackAfterGroupInfoChanged.all-fields": {"@TGS#2J4SZEAEL", "leckie", 1670574415123,
		map[string]string{"type": "Public", "name": "運用チーム", "introduction": "On-call coordination", "notification": "日本語の告知 & <b>HTML-like</b> text",
			"faceURL": "https://cdn.example.com/face/ops.png"}, "alive", "faceURL introduction name notification"},
	"Group.CallbackAfterGroupInfoChanged.clear-notification.ASSUMED": {"@TGS#2J4SZEAEL", "leckie", 1670574417123,
		map[string]string{"type": "Public", "notification": ""}, "alive", "notification"},
	"Group.CallbackAfterGroupInfoChanged.custom-and-base": {"@TGS#2J4SZEAEL", "leckie", received,
		map[string]string{"type": "Public", "name": "Renamed", "custom/Level": "7", "custom/Region": "eu"}, "alive", "custom/Level custom/Region name"},
	"Group.CallbackAfterGroupInfoChanged.custom-fields-only": {"@TGS#2J4SZEAEL", "leckie", received,
		map[string]string{"type": "Public", "custom/Level": "7"}, "alive", "custom/Level"},
	"Group.CallbackAfterGroupInfoChanged.custom-group-id": {"WorldGroup777", "administrator", 1670574418123,
		map[string]string{"type": "AVChatRoom", "faceURL": "https://cdn.example.com/face/world.jpg"}, "alive", "faceURL"},
	"Group.CallbackAfterGroupInfoChanged.legacy-type-chatroom": {"@TGS#37GAYNTGC", "u-1001", 1670574419123,
		map[string]string{"type": "ChatRoom", "introduction": "Town hall"}, "alive", "introduction"},
	"Group.CallbackAfterGroupInfoChanged.name-only-community": {"@TGS#_@TGS#cQVLVHIM62CJ", "administrator", 1670574416123,
		map[string]string{"type": "Community", "name": "Players"}, "alive", "name"},
}

// event writes out what the table tells.
func (f told) event(command string) event.Event {
	values := map[string]string{}
	for field, value := range f.registers {
		values[field] = value
	}
	for _, clock := range strings.Fields(f.clocks) {
		values[clock] = ""
	}
	state := event.State{Last: event.Change{Time: f.time, Command: command, Operator: f.operator, Platform: "Web",
		Fields: strings.Fields(f.fields), Source: event.Callback}}
	if f.fields == "" {
		state.Last.Fields = nil
	}
	for field, value := range values {
		state.Registers = append(state.Registers, event.Register{Field: field, Time: f.time, Value: value})
	}
	slices.SortFunc(state.Registers, func(a, b event.Register) int { return strings.Compare(a.Field, b.Field) })
	key := event.Key{Namespace: "chat", App: "lobby", GroupID: f.group}
	return event.Event{Key: key, SDKAppID: testAppID, Received: testNow, Count: 1, State: state}
}

func TestEveryPayloadGivesItsEvent(t *testing.T) {
	for name, data := range payloads(t) {
		t.Run(name, func(t *testing.T) {
			var b struct{ CallbackCommand string }
			if err := json.Unmarshal(data, &b); err != nil {
				t.Fatal(err)
			}
			for _, inURL := range []string{b.CallbackCommand, ""} {
				w := newWorld(t)
				rec := w.post(inURL, string(data))
				want, stored := fixtures[name]
				if !stored {
					checkUnhandled(t, w, b.CallbackCommand, rec.Body.String())
					continue
				}
				checkAnswer(t, rec, accepted)
				if diff := cmp.Diff(want.event(b.CallbackCommand), w.journal.one(t)); diff != "" {
					t.Errorf("command in the URL: %q; event (-want +got):\n%s", inURL, diff)
				}
			}
		})
	}
}

func checkUnhandled(t *testing.T, w *world, command, answer string) {
	t.Helper()
	if answer != `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}` || len(w.journal.events) != 0 {
		t.Errorf("answered %s and stored %d events, want OK and none", answer, len(w.journal.events))
	}
	if got := w.counted(labelOf(command), "unhandled"); got != 1 {
		t.Errorf("counted %v unhandled callbacks, want 1", got)
	}
}

func TestTheSameEventComesFromCompactAndIndentedBodies(t *testing.T) {
	for name, data := range payloads(t) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			t.Fatal(err)
		}
		w := newWorld(t)
		w.post("", string(data))
		w.post("", compact.String())
		if e := w.journal.events; len(e) == 2 && !cmp.Equal(e[0], e[1]) {
			t.Errorf("%s: %s", name, cmp.Diff(e[0], e[1]))
		}
	}
}

// payloads are request bodies in the shape of captured and documented ones.
func payloads(tb testing.TB) map[string][]byte {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 30 {
		tb.Fatalf("%d payloads: %v", len(files), err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = data
	}
	return all
}
