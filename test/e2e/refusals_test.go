// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestCallbacksAreRefusedAsDocumented(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	example := fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"})
	for _, test := range []struct {
		name    string
		app     string
		status  int
		body    any
		options []fakeim.Option
	}{
		{"no such app", "none", 404, example, nil},
		{"a path too long", "chat/more", 404, example, nil},
		{"a repeated Sign", "chat", 400, example, []fakeim.Option{fakeim.WithDuplicate("Sign", "00")}},
		{"another SdkAppid", "chat", 403, example, []fakeim.Option{fakeim.WithSDKAppID(7)}},
		{"no SdkAppid", "chat", 403, example, []fakeim.Option{fakeim.Without("SdkAppid")}},
		{"no Sign", "chat", 403, example, []fakeim.Option{fakeim.WithoutSign()}},
		{"a forged Sign", "chat", 403, example, []fakeim.Option{fakeim.WithSign(strings.Repeat("0", 64))}},
		{"an old RequestTime", "chat", 403, example, []fakeim.Option{fakeim.WithRequestTime(time.Now().Add(-70 * time.Second))}},
		{"a RequestTime ahead", "chat", 403, example, []fakeim.Option{fakeim.WithRequestTime(time.Now().Add(70 * time.Second))}},
		{"a body over 16 MiB", "chat", 413, bytes.Repeat([]byte(" "), 16<<20+1), nil},
		{"a group id that is not UTF-8", "chat", 400, []byte("{\"GroupId\":\"id-\xff\"}"), []fakeim.Option{fakeim.WithCommand(fakeim.CommandInfoChanged)}},
		{"no JSON", "chat", 400, []byte(`{"CallbackCommand`), []fakeim.Option{fakeim.WithCommand(fakeim.CommandInfoChanged)}},
		{"no group", "chat", 400, example.With("GroupId", nil), nil},
		{"a group id of 129 bytes", "chat", 400, example.With("GroupId", strings.Repeat("g", 129)), nil},
		{"two commands", "chat", 400, example, []fakeim.Option{fakeim.WithCommand(fakeim.CommandCreated)}},
	} {
		to := *s
		to.URL = strings.TrimSuffix(s.URL, "chat") + test.app
		if err := refused(t.Context(), &to, test.status, test.body, test.options...); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	for _, body := range []string{``, `{}`, `{"CallbackCommand":"Group.CallbackBeforeSendMsg"}`} {
		send(t, s, []byte(body))
	}
	if response, err := http.Get(s.URL); err != nil || response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %v, %v", response, err)
	}
	if pending, groups := o.metric("imgroup_journal_pending_groups"), listGroups(t, ns); pending != 0 || len(groups) != 0 {
		t.Errorf("a refused callback was stored: %v pending, %d IMGroups", pending, len(groups))
	}
	send(t, s, example, fakeim.With("Sign", strings.ToUpper(fakeim.Sign(token, requestTime()))), fakeim.With("RequestTime", requestTime()))
}
