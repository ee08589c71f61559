// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const standInForCurl = "STAND_IN_FOR_CURL"

func TestMain(m *testing.M) {
	if os.Getenv(standInForCurl) != "" {
		if err := curl(os.Args[1:]); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

// curl does what the printed command asks of curl, so that the test needs none.
func curl(args []string) error {
	var address, body string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-d":
			i++
			body = args[i]
		case a == "-X" || a == "-H":
			i++
		case !strings.HasPrefix(a, "-"):
			address = a
		}
	}
	response, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// withStandIn is an environment whose curl is this test binary.
func withStandIn(t *testing.T) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := "#!/bin/sh\nexec '" + self + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), standInForCurl+"=1")
}

// TestCurlCommandSignsItself runs the printed command in a shell.
func TestCurlCommandSignsItself(t *testing.T) {
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "it's a token")
	if err := os.WriteFile(file, []byte("s3cr3t-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := curlCommand(file, server.URL+"/callbacks/default/demo")
	if strings.Contains(command, "s3cr3t-token") {
		t.Error("the command shows the token")
	}
	shell := exec.Command("sh", "-c", command)
	shell.Env = withStandIn(t)
	if text, err := shell.CombinedOutput(); err != nil || got == nil {
		t.Fatalf("%v: %s", err, text)
	}
	q := got.URL.Query()
	if want := fakeim.Sign("s3cr3t-token", q.Get("RequestTime")); q.Get("Sign") != want || q.Get("SdkAppid") != "1400000000" {
		t.Errorf("the query is %s, want Sign=%s", got.URL.RawQuery, want)
	}
	var sent struct{ CallbackCommand, EventTime, GroupId string }
	if err := json.Unmarshal(body, &sent); err != nil || sent.CallbackCommand != q.Get("CallbackCommand") || sent.GroupId != opsGroup {
		t.Errorf("the body is %s, %v", body, err)
	}
	if age := time.Since(parseMillis(t, sent.EventTime)); age < 0 || age > time.Minute {
		t.Errorf("EventTime is %s old", age)
	}
}

func parseMillis(t *testing.T, s string) time.Time {
	t.Helper()
	var ms int64
	if err := json.Unmarshal([]byte(s), &ms); err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(ms)
}
