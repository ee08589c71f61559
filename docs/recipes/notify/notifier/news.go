// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package notifier

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// Names of changes that are not fields with a value.
const (
	created   = "created"
	disbanded = "disbanded"
	custom    = "custom/"
)

// change is something that happened to a group, as its status tells.
type change struct {
	field, value string
	at           time.Time
	mark         string // differs if the value or its time does
}

// news are the changes that a receiver may not know yet.
type news struct {
	tell  []change
	marks string // of all changes that are recent, told or not to be told
	fresh bool   // whether the marks are others than those of the IMGroup
}

// news compares what is with what the annotation remembers. What is older than maxAge is not news, so only recent marks
// have to be remembered.
func (n *Notifier) news(g *imv1alpha1.IMGroup) (all news) {
	var marks []string
	told := strings.Split(g.Annotations[n.annotation()], ",")
	for _, c := range changes(&g.Status) {
		if time.Since(c.at) > n.MaxAge || !n.Receiver.wants(g.Spec.AppRef.Name, g.Spec.GroupID, c.field) {
			continue
		}
		marks = append(marks, c.mark)
		if slices.Contains(told, c.mark) {
			continue
		}
		all.fresh = true
		if n.Receiver.Resyncs || !foundByResync(&g.Status, c.at) {
			all.tell = append(all.tell, c)
		}
	}
	all.marks = strings.Join(marks, ",")
	return all
}

// foundByResync reports whether a change of that time is not from a callback, as far as the status tells.
func foundByResync(s *imv1alpha1.IMGroupStatus, at time.Time) bool {
	return s.LastChange != nil && s.LastChange.Source == imv1alpha1.SourceREST && s.LastChange.EventTime.Time.Equal(at)
}

// changes are those that a status tells, by name.
func changes(s *imv1alpha1.IMGroupStatus) (all []change) {
	for _, key := range slices.Sorted(maps.Keys(s.FieldTimes)) {
		field, value, is := read(s, key)
		if !is {
			continue
		}
		at := s.FieldTimes[key].UTC()
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s", field, at.UnixMicro(), value))
		all = append(all, change{field: field, value: value, at: at, mark: fmt.Sprintf("%x", sum[:6])})
	}
	return all
}

// read gives the name and the value of what a status has a time of. The type is repeated by every callback, and every
// callback is a sign of life: neither is a change.
func read(s *imv1alpha1.IMGroupStatus, key string) (field, value string, is bool) {
	switch key {
	case "epoch":
		return created, "", true
	case "destroyed":
		return disbanded, "", s.DestroyedTime != nil
	}
	if name, is := strings.CutPrefix(key, custom); is {
		value, is = s.CustomFields[name]
		return key, value, is
	}
	known := map[string]*string{"name": s.Name, "introduction": s.Introduction, "notification": s.Notification,
		"faceURL": s.FaceURL, "owner": s.Owner}[key]
	if known == nil {
		return key, "", false
	}
	return key, *known, true
}
