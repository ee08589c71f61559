// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// decodeBody decodes a body of the test's app.
func decodeBody(command, data string) (decoded, outcome) {
	app := apps.App{Key: testApp, SDKAppID: testAppID}
	return decode(app, query{command: parameter{command, command != ""}}, source{Reader: strings.NewReader(data)}, testNow)
}

// texts are the registers of an event that are no clocks, in one line.
func texts(e event.Event) string {
	var all []string
	for _, r := range e.State.Registers {
		if !event.IsClock(r.Field) {
			all = append(all, fmt.Sprintf("%s=%q", r.Field, r.Value))
		}
	}
	return strings.Join(all, " ")
}

func TestOddBodiesOfAHandledCommand(t *testing.T) {
	deep := func(levels int) string {
		return `{"GroupId":"g","x":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + `}`
	}
	for _, row := range []struct {
		name, body string
		want       outcome
		texts      string
	}{
		{"nothing", "", badBody, ""},
		{"only space", " \n\t", badBody, ""},
		{"null", "null", badBody, ""},
		{"an array", `[{"GroupId":"g"}]`, badBody, ""},
		{"a string", `"GroupId"`, badBody, ""},
		{"a number", `1`, badBody, ""},
		{"half an object", `{"GroupId":"g"`, badBody, ""},
		{"objects with a line each", "{\"GroupId\":\"g\"}\n{}", badBody, ""},
		{"two objects", `{"GroupId":"g"}{"GroupId":"g"}`, badBody, ""},
		{"something after the object", `{"GroupId":"g"} x`, badBody, ""},
		{"a comment", `{"GroupId":"g" /* as in the docs */}`, badBody, ""},
		{"a trailing comma", `{"GroupId":"g",}`, badBody, ""},
		{"single quotes", `{'GroupId':'g'}`, badBody, ""},
		{"a byte order mark", "\ufeff" + `{"GroupId":"g","Name":"x"}`, proceed, `name="x"`},
		{"two byte order marks", "\ufeff\ufeff" + `{"GroupId":"g"}`, badBody, ""},
		{"half a byte order mark", "\xef\xbb" + `{"GroupId":"g"}`, badBody, ""},
		{"a byte order mark alone", "\ufeff", badBody, ""},
		{"a byte order mark within", "{\ufeff" + `"GroupId":"g"}`, badBody, ""},
		{"UTF-16", "\xff\xfe{\x00}\x00", badBody, ""},
		{"raw control characters in a string", "{\"GroupId\":\"g\",\"Name\":\"a\n\t\x00\x1f\x7fb\\\\\"}", proceed, `name="a\n\t\x00\x1f\x7fb\\"`},
		{"a raw control character in a name", "{\"GroupId\":\"g\",\"Na\nme\":\"x\"}", proceed, ""},
		{"a raw control character in an escape", "{\"GroupId\":\"g\",\"Name\":\"\\\n\"}", badBody, ""},
		{"a NUL after the object", `{"GroupId":"g"}` + "\x00", badBody, ""},
		{"lines after the object", `{"GroupId":"g","Name":"x"}` + "\r\n\n", proceed, `name="x"`},
		{"a form feed between tokens", "{\f}", badBody, ""},
		{"a form", "GroupId=g&Name=x", badBody, ""},
		{"space around the object", " \r\n\t{ \"GroupId\" : \"g\" , \"Name\" :\t\"x\" } \n", proceed, `name="x"`},
		{"32 levels", deep(32), proceed, ""},
		{"33 levels", deep(33), badBody, ""},
		{"brackets within a string", `{"GroupId":"g","Name":"` + strings.Repeat("[{", 50) + `"}`, proceed, fmt.Sprintf("name=%q", strings.Repeat("[{", 50))},
		{"escaped quotes before brackets", `{"GroupId":"g","x":"\\\"[[","Name":"\"}"}`, proceed, `name="\"}"`},
		{"an empty object", `{}`, badGroupID, ""},
		{"an empty GroupId", `{"GroupId":""}`, badGroupID, ""},
		{"a null GroupId", `{"GroupId":null}`, badGroupID, ""},
		{"a GroupId that is true", `{"GroupId":true}`, badGroupID, ""},
		{"a GroupId that is a list", `{"GroupId":["g"]}`, badGroupID, ""},
		{"a GroupId that is a number of 128 bytes", `{"GroupId":` + strings.Repeat("1", 128) + `}`, proceed, ""},
		{"a GroupId that is a number of 129 bytes", `{"GroupId":` + strings.Repeat("1", 129) + `}`, badGroupID, ""},
		{"a GroupId that is no number", `{"GroupId":007}`, badBody, ""},
		{"a GroupId that is not UTF-8", "{\"GroupId\":\"id-\xff\"}", badGroupID, ""},
		{"a GroupId that is cut within a character", "{\"GroupId\":\"id-\xe8\xaa\"}", badGroupID, ""},
		{"a GroupId with a surrogate as UTF-8", "{\"GroupId\":\"\xed\xa0\x80\"}", badGroupID, ""},
		{"a GroupId with an overlong character", "{\"GroupId\":\"\xc0\xaf\"}", badGroupID, ""},
		{"a GroupId with a high surrogate", `{"GroupId":"a\ud800"}`, badGroupID, ""},
		{"a GroupId with a low surrogate", `{"GroupId":"\udc00a"}`, badGroupID, ""},
		{"a GroupId with surrogates the wrong way round", `{"GroupId":"\ude00\ud83d"}`, badGroupID, ""},
		{"a GroupId that is not UTF-8, then one that is", "{\"GroupId\":\"\xff\",\"GroupId\":\"g\"}", proceed, ""},
		{"a GroupId that is UTF-8, then one that is not", "{\"GroupId\":\"g\",\"GroupId\":\"\xff\"}", badGroupID, ""},
		{"a GroupId, then null", `{"GroupId":"g","GroupId":null}`, badGroupID, ""},
		{"a GroupId that is an object", `{"GroupId":{"GroupId":"g"}}`, badGroupID, ""},
		{"a GroupId deeper down only", `{"x":{"GroupId":"g"},"y":[{"GroupId":"g"}]}`, badGroupID, ""},
		{"a GroupId of 128 bytes", `{"GroupId":"` + strings.Repeat("é", 64) + `"}`, proceed, ""},
		{"a GroupId of 129 bytes", `{"GroupId":"` + strings.Repeat("é", 64) + `x"}`, badGroupID, ""},
		{"keys in another case", `{"groupId":"g","GROUPID":"g"}`, badGroupID, ""},
		{"texts in another case", `{"GroupId":"g","name":"no","NAME":"no","FaceURL":"no"}`, proceed, ""},
		{"a key with an escape", `{"Gr\u006fupId":"g","N\u0061me":"x"}`, proceed, `name="x"`},
		{"an absent, an empty and a null text", `{"GroupId":"g","Name":"","Notification":null}`, proceed, `name=""`},
		{"texts of other types", `{"GroupId":"g","Name":0,"Introduction":["a"],"Notification":{"a":"b"},"FaceUrl":false,"Type":1.5e3}`, proceed, ""},
		{"a text twice", `{"GroupId":"no","Name":"a","Name":"b","GroupId":"g"}`, proceed, `name="b"`},
		{"a text, then null", `{"GroupId":"g","Name":"a","Name":null}`, proceed, ""},
		{"a text, then a number", `{"GroupId":"g","Name":"a","Name":1}`, proceed, ""},
		{"a group named 0", `{"GroupId":"g","Name":"0"}`, proceed, `name="0"`},
		{"bytes that are not UTF-8", "{\"GroupId\":\"g\",\"Name\":\"a\xff\xc3b\"}", proceed, "name=\"a\uFFFD\uFFFDb\""},
		{"half a surrogate pair", `{"GroupId":"g","Name":"a\ud800b"}`, proceed, "name=\"a\uFFFDb\""},
		{"a surrogate pair", `{"GroupId":"g","Name":"\ud83d\ude00"}`, proceed, `name="😀"`},
		{"control characters", `{"GroupId":"g","Name":"a\u0000\n\u001b[31m"}`, proceed, `name="a\x00\n\x1b[31m"`},
		{"unknown keys", `{"GroupId":"g","InviteOption":"NeedPermission","MuteAllMember":"On","":"","Name":"x"}`, proceed, `name="x"`},
		{"owner keys, which this command has not", `{"GroupId":"g","Owner_Account":"a","NewOwner_Account":"b"}`, proceed, ""},
		{"big and odd numbers", `{"GroupId":"g","Random":2804799576,"x":-1.5E+300,"y":123456789012345678901234567890,"Name":"x"}`, proceed, `name="x"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			d, o := decodeBody(infoChanged, row.body)
			if o != row.want || texts(d.event) != row.texts {
				t.Errorf("outcome %d %s, want %d %s", o, texts(d.event), row.want, row.texts)
			}
		})
	}
}

func TestWithoutACommandInTheURLTheBodyDecides(t *testing.T) {
	for body, want := range map[string]struct {
		outcome outcome
		label   string
	}{
		"":                       {unhandled, metrics.CommandNone},
		"{}":                     {unhandled, metrics.CommandNone},
		"not JSON":               {unhandled, metrics.CommandNone},
		"[]":                     {unhandled, metrics.CommandNone},
		"null":                   {unhandled, metrics.CommandNone},
		strings.Repeat("[", 1e5): {unhandled, metrics.CommandNone},
		`{"GroupId":"g"}`:        {unhandled, metrics.CommandNone},
		`{"CallbackCommand":""}`: {unhandled, metrics.CommandNone},
		`{"CallbackCommand":1}`:  {unhandled, metrics.CommandNone},
		`{"Events":[{"CallbackCommand":"Group.CallbackAfterCreateGroup"}]}`:       {unhandled, metrics.CommandNone},
		`{"CallbackCommand":"Group.CallbackAfterTopicInfoChanged","GroupId":"g"}`: {unhandled, event.CommandTopicChanged},
		`{"CallbackCommand":"Group.CallbackBeforeSendMsg"}`:                       {unhandled, metrics.CommandOther},
		`{"CallbackCommand":"group.callbackaftergroupinfochanged"}`:               {unhandled, metrics.CommandOther},
		`{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged"}`:               {badGroupID, event.CommandInfoChanged},
		`{"CallbackCommand":"Group.CallbackAfterCreateGroup","GroupId":"g"}`:      {accepted, event.CommandCreate},
	} {
		w := newWorld(t)
		rec := w.post("", body)
		if got := w.counted(want.label, want.outcome.answer().label); rec.Body.String() != string(want.outcome.answer().body) || got != 1 {
			t.Errorf("%.80s: %s, counted %v times as %v; want %s", body, rec.Body, got, want, want.outcome.answer().body)
		}
	}
}

func TestAnEmptyCommandInTheURLIsNone(t *testing.T) {
	w := newWorld(t)
	r := request("", `{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","GroupId":"g"}`)
	r.URL.RawQuery += "&CallbackCommand="
	checkAnswer(t, w.do(r), accepted)
}

func TestCommandsOfURLAndBody(t *testing.T) {
	for _, row := range []struct {
		name, inURL, inBody string
		want                outcome
	}{
		{"the same", infoChanged, `"` + infoChanged + `"`, proceed},
		{"two handled ones", infoChanged, `"` + created + `"`, commandMismatch},
		{"a handled one and a topic's", infoChanged, `"` + topicChanged + `"`, commandMismatch},
		{"a handled one and a number", infoChanged, `7`, proceed},
		{"a handled one and an empty one", infoChanged, `""`, proceed},
		{"a topic's and a handled one", topicChanged, `"` + infoChanged + `"`, unhandled},
		{"an unhandled one and a handled one", "Group.CallbackBeforeSendMsg", `"` + infoChanged + `"`, unhandled},
	} {
		if _, o := decodeBody(row.inURL, `{"GroupId":"g","CallbackCommand":`+row.inBody+`}`); o != row.want {
			t.Errorf("%s: outcome %d, want %d", row.name, o, row.want)
		}
	}
}

func TestUnhandledBodiesAreNotParsed(t *testing.T) {
	for _, body := range []string{"", "not JSON", "{", strings.Repeat("[", 1000), "\xff\x00"} {
		w := newWorld(t)
		checkAnswer(t, w.post("Group.CallbackBeforeSendMsg", body), unhandled)
	}
}

func TestEachCommandReadsItsOwnFields(t *testing.T) {
	const body = `{"GroupId":"g","Type":"Public","Name":"n","Introduction":"i","Notification":"no","FaceUrl":"f","Owner_Account":"o",
		"NewOwner_Account":"new","OldOwner_Account":"old","Operator_Account":"op","EventTime":1600000000005,"UserDefinedDataList":[{"Key":"k","Value":"v"}]}`
	for command, want := range map[string]struct{ texts, operator, clocks string }{
		infoChanged:  {`custom/k="v" faceURL="f" introduction="i" name="n" notification="no" type="Public"`, "op", "alive"},
		created:      {`custom/k="v" name="n" owner="o" type="Public"`, "op", "alive epoch"},
		ownerChanged: {`owner="new" type="Public"`, "op", "alive"},
		disbanded:    {``, "", "destroyed"},
	} {
		d, o := decodeBody(command, body)
		var clocks []string
		for _, r := range d.event.State.Registers {
			if event.IsClock(r.Field) {
				clocks = append(clocks, r.Field)
			}
		}
		last := d.event.State.Last
		got := struct{ texts, operator, clocks string }{texts(d.event), last.Operator, strings.Join(clocks, " ")}
		if o != proceed || got != want || last.Command != command || last.Time != 1600000000005 || last.Source != event.Callback {
			t.Errorf("%s: outcome %d, %+v, want %+v; last change %+v", command, o, got, want, last)
		}
	}
}

func TestCustomFields(t *testing.T) {
	for list, want := range map[string]string{
		`null`:                      ``,
		`{}`:                        ``,
		`"x"`:                       ``,
		`[]`:                        ``,
		` [ ] `:                     ``,
		`[1,"a",null,[],{}]`:        ``,
		`[{"Key":"k","Value":"v"}]`: `custom/k="v"`,
		` [ { "Key" : "k" , "Value" : "v" } , {"Key":"l","Value":""} ] `:                                                          `custom/k="v" custom/l=""`,
		`[{"Key":"k","Value":"a"},{"Key":"k","Value":"b"}]`:                                                                       `custom/k="b"`,
		`[{"Key":"k","Key":"l","Value":"a","Value":"b"}]`:                                                                         `custom/l="b"`,
		`[{"Key":"","Value":"v"},{"Value":"v"},{"Key":"k"}]`:                                                                      ``,
		`[{"Key":"k","Value":null},{"Key":"l","Value":7},{"Key":7,"Value":""}]`:                                                   `custom/k="null" custom/l="7"`,
		`[{"Key":"a","Value":1e3},{"Key":"b","Value":-0},{"Key":"c","Value":1.50},{"Key":"d","Value":12345678901234567890123}]`:   `custom/a="1e3" custom/b="-0" custom/c="1.50" custom/d="12345678901234567890123"`,
		`[{"Key":"a","Value":true},{"Key":"b","Value":[ ]},{"Key":"c","Value":{ "x" : [ 1 , "\u0041 \/ <" ] , "x" : null } }]`:    `custom/a="true" custom/b="[]" custom/c="{\"x\":[1,\"\\u0041 \\/ <\"],\"x\":null}"`,
		"[{\"Key\":\"a\\ud800\",\"Value\":\"v\"},{\"Key\":\"a\xff\",\"Value\":\"v\"},{\"Key\":\"b\",\"Value\":\"v\\ud800\xff\"}]": "custom/b=\"v\uFFFD\uFFFD\"",
		`[{"Key":"a\ufffd","Value":"v"}]`:                                                                                         "custom/a\uFFFD=\"v\"",
		`[{"key":"k","value":"v"}]`:                                                                                               ``,
		`[{"Key":"a/b name","Value":"abc\u0000\u0001"}]`:                                                                          `custom/a/b name="abc\x00\x01"`,
		`[{"Key":"name","Value":"x","More":[{"Key":"no","Value":"no"}]}]`:                                                         `custom/name="x"`,
	} {
		d, o := decodeBody(infoChanged, `{"GroupId":"g","UserDefinedDataList":`+list+`}`)
		if o != proceed || texts(d.event) != want {
			t.Errorf("%s gives outcome %d and %s, want %s", list, o, texts(d.event), want)
		}
	}
}

func TestOfTooManyCustomFieldsTheSmallestKeysStay(t *testing.T) {
	type pair struct{ Key, Value string }
	pairs := func(n int) string {
		var list []pair
		for i := n - 1; i >= 0; i-- {
			list = append(list, pair{fmt.Sprintf("k%05d", i), "old"}, pair{fmt.Sprintf("k%05d", i), "new"})
		}
		data, err := json.Marshal(map[string]any{"GroupId": "g", "UserDefinedDataList": list})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for n, want := range map[int][]string{1: nil, 64: nil, 65: {event.CustomFields}, 10000: {event.CustomFields}} {
		d, _ := decodeBody(infoChanged, pairs(n))
		var kept []string
		for i := range min(n, 64) {
			kept = append(kept, fmt.Sprintf(`custom/k%05d="new"`, i))
		}
		if diff := cmp.Diff(strings.Join(kept, " "), texts(d.event)); diff != "" || !cmp.Equal(d.cut, want) {
			t.Errorf("%d fields: cut %v, want %v; kept (-want +got):\n%s", n, d.cut, want, diff)
		}
	}
}
