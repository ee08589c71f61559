// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// UserSig makes the signature of a UserID for the REST API ("Generating UserSig"), good for so many seconds from then.
func UserSig(key, identifier string, sdkAppID int64, from time.Time, seconds int64) string {
	text, _ := Encode(map[string]any{
		"TLS.ver": "2.0", "TLS.identifier": identifier, "TLS.sdkappid": sdkAppID, "TLS.time": from.Unix(), "TLS.expire": seconds,
		"TLS.sig": mac(key, identifier, strconv.FormatInt(sdkAppID, 10), strconv.FormatInt(from.Unix(), 10), strconv.FormatInt(seconds, 10)),
	})
	var buf bytes.Buffer
	w := zlib.NewWriter(&buf)
	_, _ = w.Write(text)
	_ = w.Close()
	return strings.NewReplacer("+", "*", "/", "-", "=", "_").Replace(base64.StdEncoding.EncodeToString(buf.Bytes()))
}

// mac signs the lines that stand for what a UserSig says.
func mac(key, identifier, sdkAppID, from, seconds string) string {
	lines := []string{"TLS.identifier:" + identifier, "TLS.sdkappid:" + sdkAppID, "TLS.time:" + from, "TLS.expire:" + seconds, ""}
	h := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(h, strings.Join(lines, "\n"))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// userSig is what a UserSig says. Its numbers are kept as they are written, since they are signed like that.
type userSig struct {
	Version    string      `json:"TLS.ver"`
	Identifier string      `json:"TLS.identifier"`
	SDKAppID   json.Number `json:"TLS.sdkappid"`
	Time       json.Number `json:"TLS.time"`
	Expire     json.Number `json:"TLS.expire"`
	Sig        string      `json:"TLS.sig"`
}

// parseUserSig reads a UserSig and verifies nothing.
func parseUserSig(s string) (userSig, error) {
	var u userSig
	if strings.ContainsAny(s, "+/=") {
		return u, failure(CodeBadSig, "not the alphabet of a usersig")
	}
	packed, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(s))
	if err != nil {
		return u, failure(CodeBadSig, "usersig is not base64")
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return u, failure(CodeBadSig, "usersig is not compressed")
	}
	if err := json.NewDecoder(io.LimitReader(z, maxSig)).Decode(&u); err != nil || u.Version != "2.0" {
		return u, failure(CodeBadSig, "usersig is not JSON of version 2.0")
	}
	return u, nil
}

// maxSig bounds what a UserSig is when it is unpacked.
const maxSig = 4096

// verify checks a UserSig in the order of Tencent's codes.
func verify(s, key, identifier string, sdkAppID int64, now time.Time) error {
	if s == "" {
		return failure(CodeNoSig, "usersig is empty")
	}
	u, err := parseUserSig(s)
	if err != nil {
		return err
	}
	want := mac(key, u.Identifier, u.SDKAppID.String(), u.Time.String(), u.Expire.String())
	from, _ := u.Time.Int64() // what is no number is signed by nobody who has the key
	seconds, _ := u.Expire.Int64()
	switch {
	case !hmac.Equal([]byte(want), []byte(u.Sig)):
		return failure(CodeWrongKey, "usersig is signed with another key")
	case u.Identifier != identifier:
		return failure(CodeOtherID, "usersig is for another identifier")
	case u.SDKAppID.String() != strconv.FormatInt(sdkAppID, 10):
		return failure(CodeOtherApp, "usersig is for another sdkappid")
	case now.Unix() >= from+seconds:
		return failure(CodeExpired, "usersig expired")
	}
	return nil
}
