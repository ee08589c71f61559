// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// sigEncoding is base64 with the three characters that mean something in a URL replaced ("Generating UserSig").
var sigEncoding = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-").WithPadding('_')

// claims are what a UserSig says. The order of the keys does not matter.
type claims struct {
	Version    string `json:"TLS.ver"`
	Identifier string `json:"TLS.identifier"`
	SDKAppID   int64  `json:"TLS.sdkappid"`
	Expire     int64  `json:"TLS.expire"` // seconds of validity
	Time       int64  `json:"TLS.time"`   // seconds since the Unix epoch
	Sig        []byte `json:"TLS.sig"`    // in JSON as base64
}

// userSig makes the signature by which the identifier, a UserID, calls the REST API: version 2 of Tencent's TLSSig,
// without a userbuf. The key is used as the characters that the console shows, not as the bytes that they denote.
func userSig(key SecretKey, identifier string, sdkAppID int64, at time.Time, validity time.Duration) string {
	c := claims{Version: "2.0", Identifier: identifier, SDKAppID: sdkAppID, Expire: int64(validity.Seconds()), Time: at.Unix()}
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = fmt.Fprintf(mac, "TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n", c.Identifier, c.SDKAppID, c.Time, c.Expire)
	c.Sig = mac.Sum(nil)
	text, _ := json.Marshal(c) // strings and numbers can always be encoded
	return sigEncoding.EncodeToString(deflate(text))
}

// deflate compresses to the zlib format. Writing to memory cannot fail.
func deflate(b []byte) []byte {
	var buf bytes.Buffer
	w := zlib.NewWriter(&buf)
	_, _ = w.Write(b)
	_ = w.Close()
	return buf.Bytes()
}
