// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package options

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func environment(vars ...string) Environment {
	return func(name string) (string, bool) {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
}

func TestDefaultsAreAsDocumented(t *testing.T) {
	got, err := Parse(nil, environment("POD_NAMESPACE=imgroup-system"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Options{
		CallbackBindAddress: ":8090", JournalDir: "/var/lib/imgroup/journal", JournalMaxBytes: 1 << 30, JournalMaxGroups: 200_000,
		SyncWorkers: 16, ClearManagedFields: true, MetricsBindAddress: ":8080", HealthProbeBindAddress: ":8081", PprofBindAddress: "0", LeaderElect: true,
		LeaderElectionNamespace: "imgroup-system", RESTAllowedHosts: TencentHosts(), LogLevel: "info",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTheCommandLineWinsOverTheEnvironment(t *testing.T) {
	env := environment("IMGROUP_SYNC_WORKERS=3", "IMGROUP_JOURNAL_MAX_BYTES=64Mi", "IMGROUP_WATCH_NAMESPACES=a, b", "IMGROUP_LEADER_ELECT=false")
	got, err := Parse([]string{"--sync-workers=5", "-journal-max-groups", "7"}, env, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.SyncWorkers != 5 || got.JournalMaxGroups != 7 || got.JournalMaxBytes != 64<<20 || got.LeaderElect {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]string{"a", "b"}, got.WatchNamespaces); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAVariableIsReadOnlyForAFlagThatIsNotGiven(t *testing.T) {
	bad := environment("IMGROUP_SYNC_WORKERS=many", "POD_NAMESPACE=imgroup-system")
	if got, err := Parse([]string{"--sync-workers=4"}, bad, nil); err != nil || got.SyncWorkers != 4 {
		t.Errorf("%d workers, %v", got.SyncWorkers, err)
	}
	if got, err := Parse([]string{"--version"}, bad, nil); err != nil || !got.Version {
		t.Errorf("--version: %t, %v", got.Version, err)
	}
	want, err := Parse(nil, environment("POD_NAMESPACE=imgroup-system"), nil)
	if err != nil {
		t.Fatal(err)
	}
	empty := environment("POD_NAMESPACE=imgroup-system", "IMGROUP_LEADER_ELECT=", "IMGROUP_LOG_LEVEL=", "IMGROUP_REST_ALLOWED_HOSTS=")
	got, err := Parse([]string{"--leader-election-namespace=", "--rest-allowed-hosts="}, empty, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is empty is not the default: -want +got\n%s", diff)
	}
}

func TestAFaultNamesItsFlagOrVariable(t *testing.T) {
	for _, c := range []struct {
		why  string
		args []string
		env  []string
		want string
	}{
		{"unknown flag", []string{"--nope"}, nil, "nope"},
		{"argument", []string{"extra"}, nil, `unexpected argument "extra"`},
		{"not a number", []string{"--sync-workers=many"}, nil, "sync-workers"},
		{"too few workers", []string{"--sync-workers=0"}, nil, "--sync-workers: 0 is not in 1 to 256"},
		{"too many groups", []string{"--journal-max-groups=10000001"}, nil, "--journal-max-groups"},
		{"not a quantity", []string{"--journal-max-bytes=much"}, nil, "journal-max-bytes: not a quantity"},
		{"a journal too small", []string{"--journal-max-bytes=1k"}, nil, "--journal-max-bytes: 1000 is not in"},
		{"a variable", nil, []string{"IMGROUP_SYNC_WORKERS=x"}, "IMGROUP_SYNC_WORKERS"},
		{"address without port", []string{"--callback-bind-address=localhost"}, nil, "--callback-bind-address"},
		{"port out of range", []string{"--metrics-bind-address=:70000"}, nil, "--metrics-bind-address"},
		{"profiles for everybody", []string{"--pprof-bind-address=:6060"}, nil, "--pprof-bind-address"},
		{"profiles for the network", []string{"--pprof-bind-address=10.0.0.1:6060"}, nil, "--pprof-bind-address"},
		{"callbacks cannot be off", []string{"--callback-bind-address=0"}, nil, "--callback-bind-address"},
		{"no certificates", []string{"--callback-tls-cert-dir=/does/not/exist"}, nil, "--callback-tls-cert-dir"},
		{"an external URL with a query", []string{"--callback-external-url=https://x.example?a=b"}, nil, "--callback-external-url"},
		{"an external URL without a scheme", []string{"--callback-external-url=x.example"}, nil, "--callback-external-url"},
		{"no journal", []string{"--journal-dir="}, nil, "--journal-dir"},
		{"not a namespace", []string{"--watch-namespaces=Team_A"}, nil, "--watch-namespaces"},
		{"plain http to a host", []string{"--rest-allowed-hosts=http://example.com:80"}, nil, "--rest-allowed-hosts"},
		{"not a host", []string{"--rest-allowed-hosts=a/b"}, nil, "--rest-allowed-hosts"},
		{"a URL for a host", []string{"--rest-allowed-hosts=https://console.tim.qq.com"}, nil, "--rest-allowed-hosts"},
		{"a host with an invalid port", []string{"--rest-allowed-hosts=console.tim.qq.com:abc"}, nil, "--rest-allowed-hosts"},
		{"unknown level", []string{"--log-level=loud"}, nil, "--log-level"},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, err := Parse(c.args, environment(c.env...), nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestATestServerMayBeNamedOnLoopback(t *testing.T) {
	if _, err := Parse([]string{"--rest-allowed-hosts=http://127.0.0.1:8443,adminapisgp.im.qcloud.com"}, environment(), nil); err != nil {
		t.Error(err)
	}
}

func TestHelpListsEveryFlagWithItsVariable(t *testing.T) {
	var out bytes.Buffer
	if _, err := Parse([]string{"-h"}, environment(), &out); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("error %v, want ErrHelp", err)
	}
	for _, want := range []string{"-journal-dir", "-callback-bind-address", "IMGROUP_"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the usage does not have %q:\n%s", want, out.String())
		}
	}
}

func TestProfilesAreServedOnLoopback(t *testing.T) {
	for _, address := range []string{"127.0.0.1:6060", "localhost:6060", "[::1]:6060", "0"} {
		if got, err := Parse([]string{"--pprof-bind-address=" + address}, environment(), nil); err != nil || got.PprofBindAddress != address {
			t.Errorf("%s: %q, %v", address, got.PprofBindAddress, err)
		}
	}
}
