// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// unpack reads a signature by other means than it was made.
func unpack(t *testing.T, sig string) (got map[string]any) {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(sig))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestUserSigMatchesThePublicVectors(t *testing.T) {
	for _, v := range []struct {
		identifier   string
		time, expire int64
		sig          string
	}{
		{"0", 1569910200, 15552000, "CpjuBdQs9ZwnuGAJR8onoOeI9fweX2vIMMY94iOJWJY="},
		{"xiaojun", 1700000000, 15552000, "LvA7d/Iw7gSsnskvVzBDPOCCDbuNCw4GHwTC0bip+B4="},
		{"administrator", 1670574414, 3600, "Dc4avHVIIPAHyFj8bPpGvmXDbOT4mfhi6NZVWARcMW0="},
	} {
		got := unpack(t, userSig(testKey, v.identifier, testApp, time.Unix(v.time, 0), time.Duration(v.expire)*time.Second))
		want := map[string]any{"TLS.ver": "2.0", "TLS.identifier": v.identifier, "TLS.sdkappid": float64(testApp),
			"TLS.time": float64(v.time), "TLS.expire": float64(v.expire), "TLS.sig": v.sig}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.identifier, diff)
		}
	}
}

func TestThePublicUserSigSaysTheSame(t *testing.T) {
	const public = "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwjDB4pTsxIKCzBQlK0MTAyiAyKRWFGQWpQLFTU1NjeCiJZm5YDEzS0tDAyOYaHFmOtBM54KsUqeUwGLLqPK8UndHryCL-Lx8-1RPy7Ty1AijMk9f30hLk0x-r3CvSFulWgAPYy*9"
	ours := unpack(t, userSig(testKey, "0", testApp, time.Unix(1569910200, 0), 15552000*time.Second))
	if diff := cmp.Diff(unpack(t, public), ours); diff != "" {
		t.Errorf("(-public +ours):\n%s", diff)
	}
}

func TestASignatureIsKeptForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSigner(testConfig(nil))
		first, made := s.current(), time.Now()
		advance(t, sigRenewal-time.Second)
		if s.current() != first {
			t.Error("it was replaced within a day")
		}
		advance(t, time.Second)
		second := unpack(t, s.current())
		if second["TLS.time"] != float64(made.Add(sigRenewal).Unix()) || second["TLS.expire"] != (48*time.Hour).Seconds() {
			t.Errorf("after a day it is %v", second)
		}
	})
}

func TestARefusedSignatureIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSigner(testConfig(nil))
		old := s.current()
		advance(t, time.Hour)
		s.renew(old)
		fresh := s.current()
		if got := unpack(t, fresh)["TLS.time"]; got != float64(time.Now().Unix()) {
			t.Errorf("signed at %v, want %d", got, time.Now().Unix())
		}
		advance(t, time.Hour)
		s.renew(old) // another call's answer to the same signature
		if s.current() != fresh {
			t.Error("it was replaced twice")
		}
	})
}

func TestASignatureOfTheFutureIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSigner(testConfig(nil))
		old := s.current()
		s.made = s.made.Add(time.Hour) // the clock was set back since
		advance(t, time.Minute)
		if s.current() == old {
			t.Error("it stays until the clock is there again")
		}
	})
}

// advance moves the fake clock.
func advance(t *testing.T, d time.Duration) {
	t.Helper()
	<-time.After(d)
	synctest.Wait()
}
