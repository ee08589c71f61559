// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Limits that Tencent documents, the newer figures where there are two ("Group Features", "Use Limits" and the page of
// each command).
const (
	maxPage       = 10_000
	maxIDs        = 50
	maxAnswer     = 1 << 20
	maxRequest    = 1 << 20
	callsASecond  = 200 // each command but the list of all groups, which has 1
	maxName       = 100 // bytes, as the next five
	maxIntro      = 400
	maxNotice     = 400
	maxFaceURL    = 500
	maxCustom     = 512
	maxID         = 48
	maxCustomKey  = 16 // letters, digits and '_'
	maxCustomKeys = 10
)

// groupTypes are the types that a group can be created with. REST uses the old names of Work and Meeting.
var groupTypes = []string{"Public", "Private", "ChatRoom", "AVChatRoom", "Community", "BChatRoom", "Work", "Meeting"}

// checkGroup refuses a group that Tencent would not create.
func checkGroup(g Group) error {
	switch {
	case !slices.Contains(groupTypes, g.Type):
		return failure(CodeParameter, "no such group type")
	case g.Name == "" || len(g.Name) > maxName:
		return failure(CodeParameter, "name missing or too long")
	}
	return checkTexts(g)
}

// checkChosenID refuses an ID that a user must not choose.
func checkChosenID(g Group) error {
	prefix := "@TGS#"
	if g.Type == "Community" {
		prefix = "@TGS#_"
	}
	if !isID(g.ID) || strings.HasPrefix(g.ID, prefix) != (g.Type == "Community") {
		return failure(CodeInvalidGroup, "invalid group id")
	}
	return nil
}

func checkTexts(g Group) error {
	for _, t := range []struct {
		name, value string
		most        int
	}{
		{"Name", g.Name, maxName},
		{"Introduction", g.Introduction, maxIntro},
		{"Notification", g.Notification, maxNotice},
		{"FaceUrl", g.FaceURL, maxFaceURL},
	} {
		if len(t.value) > t.most {
			return failure(CodeParameter, fmt.Sprintf("%s is over %d bytes", t.name, t.most))
		}
	}
	return checkCustom(g.Custom)
}

func checkCustom(fields map[string]string) error {
	for key, value := range fields {
		if key == "" || len(key) > maxCustomKey || strings.Trim(key, wordBytes) != "" || len(value) > maxCustom {
			return failure(CodeParameter, "invalid custom field")
		}
	}
	if len(fields) > maxCustomKeys {
		return failure(CodeParameter, "too many custom fields")
	}
	return nil
}

const (
	upperBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	wordBytes  = upperBytes + "abcdefghijklmnopqrstuvwxyz_"
)

// isID reports whether a group can have this ID: printable ASCII.
func isID(id string) bool {
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool { return r < 0x20 || r > 0x7e })
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
