// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"encoding/binary"
	"hash/maphash"
	"strings"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// digested are the large texts. The cache holds digests in their place: the merge needs the times of texts, and a resync
// needs to know which of them have changed.
var digested = map[string]bool{event.Introduction: true, event.Notification: true, event.FaceURL: true}

// digestSeed differs from process to process, so that nobody can make two texts with the same digest.
var digestSeed = maphash.MakeSeed()

// digestMark begins a digest. No text does: it is not UTF-8.
const digestMark = "\xff"

const digestLength = len(digestMark) + 8

// digest stands for a text in the cache. The empty text stands for itself, and so does a digest: an object may come to
// the cache's door twice.
func digest(text string) string {
	if text == "" || len(text) == digestLength && strings.HasPrefix(text, digestMark) {
		return text
	}
	return string(binary.LittleEndian.AppendUint64([]byte(digestMark), maphash.String(digestSeed, text)))
}

func digestTexts(s *imv1alpha1.IMGroupStatus) {
	for field, text := range texts(s) {
		if digested[field] && *text != nil {
			short := digest(**text)
			*text = &short
		}
	}
}

// IsDigested reports whether the cache holds a digest in place of a field's value.
func IsDigested(field string) bool { return digested[field] }

// IsValue reports whether a register holds a value, even where a digest stands for it.
func IsValue(held event.Register, value string, compact bool) bool {
	if compact && digested[held.Field] {
		value = digest(value)
	}
	return held.Value == value
}
