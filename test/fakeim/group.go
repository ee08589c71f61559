// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"maps"
	"time"
)

// Group is what a group looks like.
type Group struct {
	ID           string // "": one is assigned
	Type         string // "": Public
	Name         string
	Introduction string
	Notification string
	FaceURL      string
	Owner        string // "": none
	Custom       map[string]string
	Created      time.Time // whole seconds, as the next one
	LastInfo     time.Time // of the last change of the information
	InfoSeq      int       // how often the information has changed

	seq uint64 // the place in the list of all groups
}

// clone shares no memory with the group.
func (g Group) clone() Group {
	g.Custom = maps.Clone(g.Custom)
	return g
}

// Change is a change of a group's information. What is nil stays as it is.
type Change struct {
	Name         *string
	Introduction *string
	Notification *string
	FaceURL      *string
	Custom       map[string]string // an empty value deletes the field
}

// By is who makes a change, and where.
type By struct{ Account, Platform string }

// Somebody is an ordinary user.
var Somebody = By{Account: "leckie", Platform: "Web"}

// apply changes the group and returns the keys of the callback's body with their new values: only what is different.
func (g *Group) apply(c Change) Body {
	changes := Body{}
	g.set(changes, "Name", &g.Name, c.Name)
	g.set(changes, "Introduction", &g.Introduction, c.Introduction)
	g.set(changes, "Notification", &g.Notification, c.Notification)
	g.set(changes, "FaceUrl", &g.FaceURL, c.FaceURL)
	if custom := g.applyCustom(c.Custom); len(custom) > 0 {
		changes["UserDefinedDataList"] = custom
	}
	return changes
}

func (*Group) set(changes Body, key string, field, value *string) {
	if value != nil && *value != *field {
		*field = *value
		changes[key] = *value
	}
}

func (g *Group) applyCustom(fields map[string]string) []any {
	var changed []string
	for _, key := range sortedKeys(fields) {
		if value := fields[key]; value != g.Custom[key] {
			changed = append(changed, key, value)
			g.setCustom(key, value)
		}
	}
	return CustomFields(changed...)
}

func (g *Group) setCustom(key, value string) {
	if value == "" {
		delete(g.Custom, key)
		return
	}
	if g.Custom == nil {
		g.Custom = map[string]string{}
	}
	g.Custom[key] = value
}
