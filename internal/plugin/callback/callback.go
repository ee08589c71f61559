// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package callback builds, signs and sends a callback as Tencent Cloud Chat does, and says in words what the answer
// means. But for the names it shares no code with the receiving side.
package callback

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// The handled commands.
const (
	InfoChanged  = event.CommandInfoChanged
	Created      = event.CommandCreate
	Destroyed    = event.CommandDestroyed
	OwnerChanged = event.CommandOwnerChanged
)

// Callback is what is told of a group.
type Callback struct {
	Command   string
	GroupID   string
	EventTime time.Time
	Type      string
	Operator  string // left out by Destroyed, which Tencent sends without
	Platform  string
	Texts     Texts
	Owner     *string
	Custom    []CustomField
}

// Texts are the four texts. Nil is left out, as Tencent does with what did not change.
type Texts struct{ Name, Introduction, Notification, FaceURL *string }

// CustomField is one custom field.
type CustomField struct{ Key, Value string }

// Body is the body: one line, keys in alphabetical order, nothing escaped that need not be.
func (c *Callback) Body() ([]byte, error) {
	b := map[string]any{"CallbackCommand": c.Command, "GroupId": c.GroupID, "EventTime": c.EventTime.UnixMilli(), "Type": c.Type}
	if c.Command != Destroyed {
		b["Operator_Account"] = c.Operator
	}
	maps.Copy(b, c.changes())
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(b)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// changes are the keys of a body that say what changed.
func (c *Callback) changes() map[string]any {
	b := map[string]any{}
	owner := "Owner_Account"
	if c.Command == OwnerChanged {
		owner = "NewOwner_Account"
	}
	for key, value := range map[string]*string{"Name": c.Texts.Name, "Introduction": c.Texts.Introduction,
		"Notification": c.Texts.Notification, "FaceUrl": c.Texts.FaceURL, owner: c.Owner} {
		if value != nil {
			b[key] = *value
		}
	}
	if len(c.Custom) > 0 {
		b["UserDefinedDataList"] = c.Custom
	}
	return b
}

// query is what Tencent appends to the URL, in alphabetical order. Without a token there is no signature, as when
// callback authentication is off in the console.
func (c *Callback) query(sdkAppID int64, token string, now time.Time) string {
	q := url.Values{
		"CallbackCommand": {c.Command},
		"ClientIP":        {"127.0.0.1"},
		"OptPlatform":     {c.Platform},
		"SdkAppid":        {strconv.FormatInt(sdkAppID, 10)},
		"contenttype":     {"json"},
	}
	if token != "" {
		at := strconv.FormatInt(now.Unix(), 10)
		q.Set("RequestTime", at)
		q.Set("Sign", sign(token, at))
	}
	return q.Encode()
}

// sign is the lower-case hex SHA-256 of the token and the time of the request in seconds.
func sign(token, at string) string {
	sum := sha256.Sum256([]byte(token + at))
	return hex.EncodeToString(sum[:])
}
