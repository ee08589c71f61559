// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	signedApp = `
apiVersion: im.imgroup.dev/v1alpha1
kind: IMApp
metadata: {name: chat}
spec:
  sdkAppID: 1400000001
  callback: {tokenSecretRef: {name: chat-token}}
`
	restApp = signedApp + `
  rest:
    baseURL: https://console.tim.qq.com
    adminUserID: administrator
    secretKeySecretRef: {name: chat-key}
`
	group = `
apiVersion: im.imgroup.dev/v1alpha1
kind: IMGroup
metadata: {name: a-group}
spec:
  appRef: {name: chat}
  groupID: "@TGS#2J4SZEAEL"
`
	badURL     = "must be https://HOST or https://HOST:PORT (http only as http://127.0.0.1:PORT), without user, path, query or fragment"
	exactlyOne = "exactly one of tokenSecretRef and allowUnsigned: true must be set"
	atMost63   = "metadata.name must have at most 63 characters"
	notASecret = "must be the name of a Secret"
	notAnApp   = "must be the name of an IMApp"
)

// row is one rule of validation: an edited object and a part of the expected refusal ("" = accepted).
type row struct {
	name  string
	edits []edit
	want  string
}

func change(edits ...edit) []edit { return edits }

func list(n int, prefix string) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = prefix + string(rune('a'+i/26)) + string(rune('a'+i%26))
	}
	return items
}

func TestCreatingAnIMAppWithoutREST(t *testing.T) {
	validate(t, signedApp, []row{
		{"a token is enough", nil, ""},
		{"a name of 63 characters", change(set("metadata.name", strings.Repeat("a", 63))), ""},
		{"a name with dots", change(set("metadata.name", "chat.example")), ""},
		{"a name of 64 characters", change(set("metadata.name", strings.Repeat("a", 64))), atMost63},
		{"no spec", change(drop("spec")), "spec: Required value"},

		{"sdkAppID 1", change(set("spec.sdkAppID", int64(1))), ""},
		{"the greatest sdkAppID", change(set("spec.sdkAppID", int64(9007199254740991))), ""},
		{"no sdkAppID", change(drop("spec.sdkAppID")), "spec.sdkAppID: Required value"},
		{"sdkAppID 0", change(set("spec.sdkAppID", int64(0))), "should be greater than or equal to 1"},
		{"a negative sdkAppID", change(set("spec.sdkAppID", int64(-1))), "should be greater than or equal to 1"},
		{"sdkAppID as text", change(set("spec.sdkAppID", "1400000001")), `must be of type integer: "string"`},
		{"sdkAppID with a fraction", change(set("spec.sdkAppID", 1.5)), "must be of type int"},
		{"sdkAppID beyond exact integers", change(set("spec.sdkAppID", int64(9007199254740992))), "should be less than or equal to"},
		{"sdkAppID beyond 64 bits", change(set("spec.sdkAppID", 1e19)), "should be less than or equal to"},

		{"unsigned", change(set("spec.callback", "yaml: {allowUnsigned: true}")), ""},
		{"a token and not unsigned", change(set("spec.callback.allowUnsigned", false)), ""},
		{"a token and unsigned", change(set("spec.callback.allowUnsigned", true)), exactlyOne},
		{"no token and not unsigned", change(set("spec.callback", "yaml: {allowUnsigned: false}")), exactlyOne},
		{"an empty callback", change(set("spec.callback", "yaml: {}")), exactlyOne},
		{"no callback", change(drop("spec.callback")), "spec.callback: Required value"},

		{"a Secret name of 253 characters", change(set("spec.callback.tokenSecretRef.name", strings.Repeat("a", 253))), ""},
		{"a Secret name with dots", change(set("spec.callback.tokenSecretRef.name", "a.b-c.d")), ""},
		{"a Secret name of 254 characters", change(set("spec.callback.tokenSecretRef.name", strings.Repeat("a", 254))), "may not be more than 253"},
		{"an empty Secret name", change(set("spec.callback.tokenSecretRef.name", "")), "should be at least 1 chars long"},
		{"no Secret name", change(set("spec.callback.tokenSecretRef", "yaml: {}")), "spec.callback.tokenSecretRef.name: Required value"},
		{"a Secret name in capitals", change(set("spec.callback.tokenSecretRef.name", "Token")), notASecret},
		{"a Secret name with a slash", change(set("spec.callback.tokenSecretRef.name", "other/token")), notASecret},
		{"a Secret name that climbs", change(set("spec.callback.tokenSecretRef.name", "..")), notASecret},
		{"a Secret name with a line break", change(set("spec.callback.tokenSecretRef.name", "token\n")), notASecret},

		{"creationPolicy Declared", change(set("spec.groups.creationPolicy", "Declared")), ""},
		{"creationPolicy Always", change(set("spec.groups.creationPolicy", "Always")), ""},
		{"another creationPolicy", change(set("spec.groups.creationPolicy", "Never")), `Unsupported value: "Never"`},
		{"an empty creationPolicy", change(set("spec.groups.creationPolicy", "")), `Unsupported value: ""`},

		{"no types", change(set("spec.groups.types", "yaml: []")), ""},
		{"16 types", change(set("spec.groups.types", list(16, "Type"))), ""},
		{"17 types", change(set("spec.groups.types", list(17, "Type"))), "must have at most 16 items"},
		{"a type of 128 characters", change(set("spec.groups.types", []any{strings.Repeat("群", 128)})), ""},
		{"a type of 129 characters", change(set("spec.groups.types", []any{strings.Repeat("a", 129)})), "may not be more than 128"},
		{"an empty type", change(set("spec.groups.types", []any{""})), "should be at least 1 chars long"},
		{"a type twice", change(set("spec.groups.types", []any{"Public", "Public"})), `Duplicate value: "Public"`},

		{"maxCount 0", change(set("spec.groups.maxCount", int64(0))), ""},
		{"the greatest maxCount", change(set("spec.groups.maxCount", int64(2147483647))), ""},
		{"a negative maxCount", change(set("spec.groups.maxCount", int64(-1))), "should be greater than or equal to 0"},
		{"maxCount beyond 32 bits", change(set("spec.groups.maxCount", int64(2147483648))), "should be less than or equal to 2147483647"},

		{"destroyedRetentionSeconds 3600", change(set("spec.groups.destroyedRetentionSeconds", int64(3600))), ""},
		{"destroyedRetentionSeconds 3599", change(set("spec.groups.destroyedRetentionSeconds", int64(3599))), "should be greater than or equal to 3600"},
		{"destroyedRetentionSeconds 0", change(set("spec.groups.destroyedRetentionSeconds", int64(0))), "should be greater than or equal to 3600"},
		{"destroyedRetentionSeconds beyond 32 bits", change(set("spec.groups.destroyedRetentionSeconds", int64(2147483648))), "should be less than or equal to 2147483647"},

		{"suspended", change(set("spec.suspend", true)), ""},
		{"suspend as text", change(set("spec.suspend", "yes")), "must be of type boolean"},
	})
}

func TestCreatingAnIMAppWithREST(t *testing.T) {
	validate(t, restApp, []row{
		{"the least that is needed", nil, ""},
		{"no baseURL", change(drop("spec.rest.baseURL")), "spec.rest.baseURL: Required value"},
		{"no adminUserID", change(drop("spec.rest.adminUserID")), "spec.rest.adminUserID: Required value"},
		{"no secretKeySecretRef", change(drop("spec.rest.secretKeySecretRef")), "spec.rest.secretKeySecretRef: Required value"},
		{"an empty rest", change(set("spec.rest", "yaml: {}")), "spec.rest.baseURL: Required value"},

		{"baseURL with a port", change(set("spec.rest.baseURL", "https://adminapisgp.im.qcloud.com:8443")), ""},
		{"baseURL with a slash at the end", change(set("spec.rest.baseURL", "https://adminapisgp.im.qcloud.com/")), ""},
		{"baseURL with an IPv6 address", change(set("spec.rest.baseURL", "https://[::1]:8443")), ""},
		{"baseURL http for a test", change(set("spec.rest.baseURL", "http://127.0.0.1:8080")), ""},
		{"baseURL of 2048 characters", change(set("spec.rest.baseURL", "https://"+strings.Repeat("a", 2040))), ""},
		{"baseURL of 2049 characters", change(set("spec.rest.baseURL", "https://"+strings.Repeat("a", 2041))), "may not be more than 2048"},
		{"an empty baseURL", change(set("spec.rest.baseURL", "")), "should be at least 1 chars long"},
		{"baseURL with http", change(set("spec.rest.baseURL", "http://console.tim.qq.com")), badURL},
		{"baseURL http without a port", change(set("spec.rest.baseURL", "http://127.0.0.1")), badURL},
		{"baseURL http to another loopback", change(set("spec.rest.baseURL", "http://localhost:8080")), badURL},
		{"baseURL that looks like loopback", change(set("spec.rest.baseURL", "http://127.0.0.1:80.evil.example")), badURL},
		{"baseURL that hides its host", change(set("spec.rest.baseURL", "https://console.tim.qq.com@evil.example")), badURL},
		{"baseURL http that hides its host", change(set("spec.rest.baseURL", "http://127.0.0.1:80@evil.example")), badURL},
		{"baseURL with another scheme", change(set("spec.rest.baseURL", "ftp://console.tim.qq.com")), badURL},
		{"baseURL without a scheme", change(set("spec.rest.baseURL", "console.tim.qq.com")), badURL},
		{"baseURL without a host", change(set("spec.rest.baseURL", "https://")), badURL},
		{"baseURL with a port alone", change(set("spec.rest.baseURL", "https://:443")), badURL},
		{"baseURL with a backslash", change(set("spec.rest.baseURL", `https://console.tim.qq.com\evil.example`)), badURL},
		{"baseURL with an escape", change(set("spec.rest.baseURL", "https://console.tim.qq.com%2f")), badURL},
		{"baseURL with a bad port", change(set("spec.rest.baseURL", "https://console.tim.qq.com:port")), badURL},
		{"baseURL with a path", change(set("spec.rest.baseURL", "https://console.tim.qq.com/v4")), badURL},
		{"baseURL with a query", change(set("spec.rest.baseURL", "https://console.tim.qq.com?a=b")), badURL},
		{"baseURL with a fragment", change(set("spec.rest.baseURL", "https://console.tim.qq.com#a")), badURL},
		{"baseURL with a line break", change(set("spec.rest.baseURL", "https://console.tim.qq.com\n")), badURL},

		{"adminUserID of 256 characters", change(set("spec.rest.adminUserID", strings.Repeat("a", 256))), ""},
		{"adminUserID of 257 characters", change(set("spec.rest.adminUserID", strings.Repeat("a", 257))), "may not be more than 256"},
		{"an empty adminUserID", change(set("spec.rest.adminUserID", "")), "should be at least 1 chars long"},

		{"an empty Secret name", change(set("spec.rest.secretKeySecretRef.name", "")), "should be at least 1 chars long"},
		{"no Secret name", change(set("spec.rest.secretKeySecretRef", "yaml: {}")), "spec.rest.secretKeySecretRef.name: Required value"},
		{"a Secret name of 254 characters", change(set("spec.rest.secretKeySecretRef.name", strings.Repeat("a", 254))), "may not be more than 253"},
		{"a Secret name in capitals", change(set("spec.rest.secretKeySecretRef.name", "Key")), notASecret},

		{"a resync on demand only", change(set("spec.rest.resyncIntervalSeconds", int64(0))), ""},
		{"a resync each minute", change(set("spec.rest.resyncIntervalSeconds", int64(60))), ""},
		{"a resync each 59 seconds", change(set("spec.rest.resyncIntervalSeconds", int64(59))), "must be 0 (on demand only) or at least 60"},
		{"a resync each second", change(set("spec.rest.resyncIntervalSeconds", int64(1))), "must be 0 (on demand only) or at least 60"},
		{"a negative interval", change(set("spec.rest.resyncIntervalSeconds", int64(-1))), "should be greater than or equal to 0"},
		{"an interval beyond 32 bits", change(set("spec.rest.resyncIntervalSeconds", int64(2147483648))), "should be less than or equal to 2147483647"},

		{"1 query per second", change(set("spec.rest.queriesPerSecond", int64(1))), ""},
		{"200 queries per second", change(set("spec.rest.queriesPerSecond", int64(200))), ""},
		{"0 queries per second", change(set("spec.rest.queriesPerSecond", int64(0))), "should be greater than or equal to 1"},
		{"201 queries per second", change(set("spec.rest.queriesPerSecond", int64(201))), "should be less than or equal to 200"},

		{"no customFieldKeys", change(set("spec.rest.customFieldKeys", "yaml: []")), ""},
		{"10 customFieldKeys", change(set("spec.rest.customFieldKeys", list(10, "Key_0"))), ""},
		{"11 customFieldKeys", change(set("spec.rest.customFieldKeys", list(11, "Key_0"))), "must have at most 10 items"},
		{"a customFieldKey of 16 characters", change(set("spec.rest.customFieldKeys", []any{"abcdefghABCD_019"})), ""},
		{"a customFieldKey of 17 characters", change(set("spec.rest.customFieldKeys", []any{"abcdefghABCD_0199"})), "may not be more than 16"},
		{"an empty customFieldKey", change(set("spec.rest.customFieldKeys", []any{""})), "should be at least 1 chars long"},
		{"a customFieldKey with a dash", change(set("spec.rest.customFieldKeys", []any{"a-b"})), "should match '^[A-Za-z0-9_]+$'"},
		{"a customFieldKey twice", change(set("spec.rest.customFieldKeys", []any{"a", "a"})), `Duplicate value: "a"`},
	})
}

func TestCreatingAnIMGroup(t *testing.T) {
	id := func(id string) []edit { return change(set("spec.groupID", id)) }
	validate(t, group, []row{
		{"an assigned id", nil, ""},
		{"an assigned id in lower case", id("@tgs#2j4szeael"), ""},
		{"a community's id", id("@TGS#_@TGS#cQVLVHIM62CJ"), ""},
		{"an id with slash, space and percent", id("a/b c%"), ""},
		{"an id of 48 bytes", id(strings.Repeat("~", 48)), ""},
		{"an id of one byte", id(" "), ""},
		{"an id of 128 bytes", id(strings.Repeat("a", 128)), ""},
		{"an id of 64 characters in 128 bytes", id(strings.Repeat("é", 64)), ""},
		{"an id of 129 bytes", id(strings.Repeat("a", 129)), "may not be more than 128"},
		{"an id of 43 characters in 129 bytes", id(strings.Repeat("群", 43)), "groupID must have at most 128 bytes"},
		{"an empty id", id(""), "should be at least 1 chars long"},
		{"no id", change(drop("spec.groupID")), "spec.groupID: Required value"},
		{"an id as a number", change(set("spec.groupID", int64(5))), "must be of type string"},

		{"an app of 63 characters", change(set("spec.appRef.name", strings.Repeat("a", 63))), ""},
		{"an app with dots", change(set("spec.appRef.name", "chat.example")), ""},
		{"an app of 64 characters", change(set("spec.appRef.name", strings.Repeat("a", 64))), "may not be more than 63"},
		{"an empty app", change(set("spec.appRef.name", "")), "should be at least 1 chars long"},
		{"no app name", change(set("spec.appRef", "yaml: {}")), "spec.appRef.name: Required value"},
		{"no app", change(drop("spec.appRef")), "spec.appRef: Required value"},
		{"an app in capitals", change(set("spec.appRef.name", "Chat")), notAnApp},
		{"an app with a slash", change(set("spec.appRef.name", "other/chat")), notAnApp},
		{"an app with a space at the end", change(set("spec.appRef.name", "chat ")), notAnApp},

		{"no spec", change(drop("spec")), "spec: Required value"},
		{"a name of 253 characters", change(set("metadata.name", strings.Repeat("a", 253))), ""},
	})
}

// validate asks the API server, without storing anything, what it thinks of each row.
func validate(t *testing.T, base string, rows []row) {
	namespace := newNamespace(t)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			u := edited(t, object(t, namespace, base), r.edits)
			expect(t, api.Create(t.Context(), u, client.DryRunAll), r.want)
			expectReadable(t, u, r.want)
		})
	}
}

func TestUpdatingAnIMApp(t *testing.T) {
	revise(t, restApp, []row{
		{"another sdkAppID", change(set("spec.sdkAppID", int64(1400000002))), "sdkAppID is immutable"},
		{"no sdkAppID", change(drop("spec.sdkAppID")), "spec.sdkAppID: Required value"},
		{"another Secret", change(set("spec.callback.tokenSecretRef.name", "other")), ""},
		{"from token to unsigned", change(set("spec.callback", "yaml: {allowUnsigned: true}")), ""},
		{"unsigned beside the token", change(set("spec.callback.allowUnsigned", true)), exactlyOne},
		{"no rest", change(drop("spec.rest")), ""},
		{"another baseURL", change(set("spec.rest.baseURL", "https://adminapisgp.im.qcloud.com")), ""},
		{"a bad baseURL", change(set("spec.rest.baseURL", "http://adminapisgp.im.qcloud.com")), badURL},
		{"other types", change(set("spec.groups.types", []any{"Public"})), ""},
		{"suspended", change(set("spec.suspend", true)), ""},
		{"a label", change(set("metadata.labels", "yaml: {team: a}")), ""},
	})
}

func TestUpdatingAnIMGroup(t *testing.T) {
	revise(t, group, []row{
		{"another groupID", change(set("spec.groupID", "@TGS#2J4SZEAEM")), "groupID is immutable"},
		{"the groupID in lower case", change(set("spec.groupID", "@tgs#2j4szeael")), "groupID is immutable"},
		{"no groupID", change(drop("spec.groupID")), "spec.groupID: Required value"},
		{"another app", change(set("spec.appRef.name", "other")), "appRef is immutable"},
		{"no app", change(drop("spec.appRef")), "spec.appRef: Required value"},
		{"no spec", change(drop("spec")), "spec: Required value"},
		{"a label", change(set("metadata.labels", "yaml: {team: a}")), ""},
	})
}

// revise stores the base and asks the API server what it thinks of updating it as each row says.
func revise(t *testing.T, base string, rows []row) {
	stored := object(t, newNamespace(t), base)
	create(t, stored)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			expect(t, api.Update(t.Context(), edited(t, stored, r.edits), client.DryRunAll), r.want)
		})
	}
}
