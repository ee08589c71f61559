// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

func TestParseTime(t *testing.T) {
	now := time.UnixMilli(1670574414123).Add(456 * time.Microsecond)
	for _, test := range []struct {
		in   string
		want int64 // milliseconds; 0: refused
	}{
		{"", 1670574414123},
		{"1670574414999", 1670574414999},
		{"-5m", 1670574114123},
		{"2022-12-09T08:26:54.5Z", 1670574414500},
		{"2022-12-09T17:26:54+09:00", 1670574414000},
		{"0", 1670574414123}, // no time at all from now
		{"-1", 0},
		{"1969-12-31T23:59:59Z", 0},
		{"tomorrow", 0},
	} {
		got, err := parseTime(test.in, now)
		if test.want == 0 != (err != nil) || err == nil && (got.UnixMilli() != test.want || got.Nanosecond()%1e6 != 0) {
			t.Errorf("%q: %s, %v", test.in, got, err)
		}
	}
}

func TestEndpointURL(t *testing.T) {
	app := &imv1alpha1.IMApp{}
	app.Namespace, app.Name = "im", "chat"
	for _, test := range []struct{ name, own, given, want string }{
		{"the IMApp's own", "https://chat.example.com/callbacks/im/chat", "", "https://chat.example.com/callbacks/im/chat"},
		{"nobody knows", "", "", ""},
		{"a host alone", "", "http://127.0.0.1:8090", "http://127.0.0.1:8090/callbacks/im/chat"},
		{"a prefix", "", "https://example.com/im/", "https://example.com/im/callbacks/im/chat"},
		{"the whole URL", "", "https://example.com/callbacks/im/other", "https://example.com/callbacks/im/other"},
		{"the prefix of all paths", "", "https://example.com/callbacks/", "https://example.com/callbacks/im/chat"},
		{"an IPv6 address", "", "http://[::1]:8090", "http://[::1]:8090/callbacks/im/chat"},
		{"an IPv6 address without brackets", "", "http://::1:8090", ""},
		{"a port alone", "", "http://:8090", ""},
		{"another scheme", "", "ftp://example.com", ""},
		{"no scheme", "", "example.com", ""},
		{"a password", "", "https://a:b@example.com", ""},
		{"a query", "", "https://example.com/?Sign=1", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			app.Status.CallbackURL = test.own
			if got, err := endpointURL(app, test.given); got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestTheTokenIsReadFromAFile(t *testing.T) {
	for in, want := range map[string]string{"token\r\n": "token", "\ufefftoken": "token", "to ken": "to ken", "\n": ""} {
		e := &cli.Env{}
		e.In = strings.NewReader(in)
		if got, err := tokenFile(t.Context(), e, "-"); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if _, err := tokenFile(t.Context(), &cli.Env{}, t.TempDir()+"/none"); err == nil || exit.Code(err) != exit.CodeError {
		t.Errorf("a file that does not exist: %v", err)
	}
}

func TestAnErrorOfTheNetworkSaysWhatMayHelp(t *testing.T) {
	for _, row := range []struct {
		why  string
		err  error
		help string
	}{
		{"an unknown authority", x509.UnknownAuthorityError{Cert: &x509.Certificate{}}, "Name its CA by --callback-certificate-authority"},
		{"a certificate of another name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "127.0.0.1"}, "must be for the host of the URL"},
		{"nobody listens", errors.New("connection refused"), "port-forward pod/imgroup-operator-0 8090"},
	} {
		if got := unreachable(row.err); !errors.Is(got, row.err) || !strings.Contains(got.Error(), row.help) {
			t.Errorf("%s: %v, want %q", row.why, got, row.help)
		}
	}
	if got := unreachable(context.Canceled).Error(); got != context.Canceled.Error() {
		t.Errorf("interrupted: %s", got)
	}
}
