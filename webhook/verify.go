// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

// verify checks that a request comes from Tencent and is for this app. Tencent documents two checks: SdkAppid must be
// the receiver's, and Sign must be the hex of SHA-256 over token and RequestTime, at most a minute old. Sign covers
// neither path nor body, so only TLS keeps a captured one from being used for another body within that minute.
func verify(app apps.App, q query, now time.Time) outcome {
	if q.sdkAppID.value != strconv.FormatInt(app.SDKAppID, 10) {
		return wrongAppID
	}
	if app.AllowUnsigned {
		return proceed
	}
	var sign [sha256.Size]byte
	seconds, ok := unixSeconds(q.requestTime.value)
	if !ok || !decodeSign(&sign, q.sign.value) {
		return unsigned
	}
	if skew := now.Unix() - seconds; skew > skewSeconds || skew < -skewSeconds {
		return expired
	}
	if !matches(app.Tokens, q.requestTime.value, &sign) {
		return wrongSign
	}
	return proceed
}

const skewSeconds = int64(maxClockSkew / time.Second)

// unixSeconds reads a number of decimal digits alone: the digest is over the text, so nothing may be read into it.
func unixSeconds(text string) (int64, bool) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func decodeSign(dst *[sha256.Size]byte, text string) bool {
	if len(text) != hex.EncodedLen(len(dst)) {
		return false
	}
	_, err := hex.Decode(dst[:], []byte(text))
	return err == nil
}

// matches compares with every token and in constant time, so that the time tells neither how much of a digest was
// right nor which of the two tokens of a rotation it was.
func matches(tokens [][]byte, requestTime string, sign *[sha256.Size]byte) bool {
	match := 0
	for _, token := range tokens {
		text := make([]byte, 0, 160) // a token has at most 128 characters and a time 19; more goes to the heap
		text = append(append(text, token...), requestTime...)
		want := sha256.Sum256(text)
		match |= subtle.ConstantTimeCompare(want[:], sign[:])
	}
	return match == 1
}
