// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// slugMax bounds the readable part of an IMGroup's name, in bytes, so that name and app stay well below the 253
// bytes of an object's name.
const slugMax = 40

// Name is the name of the IMGroup that the operator creates for a group: <imapp>-<slug>-<16 hex of the id's
// SHA-256>. It depends on the id alone, so that replicas agree; the hash tells ids apart that differ in case or in
// characters that a name cannot hold.
func Name(app, groupID string) string {
	sum := sha256.Sum256([]byte(groupID))
	hash := hex.EncodeToString(sum[:8])
	if s := slug(groupID); s != "" {
		return app + "-" + s + "-" + hash
	}
	return app + "-" + hash
}

// slug is the id in lower case with every run of other characters than a-z and 0-9 made one dash, cut, then trimmed.
func slug(groupID string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(groupID) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := b.String()
	return strings.Trim(s[:min(len(s), slugMax)], "-")
}
