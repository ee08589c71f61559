// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package options

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// TencentHosts are the REST hosts of Tencent's data centres, as its documentation lists them (China, Singapore, Seoul,
// Tokyo, Frankfurt, Silicon Valley, Jakarta, Mumbai) and the standby hosts that its server SDKs name.
func TencentHosts() []string {
	return []string{
		"console.tim.qq.com", "adminapisgp.im.qcloud.com", "adminapikr.im.qcloud.com", "adminapijpn.im.qcloud.com",
		"adminapiger.im.qcloud.com", "adminapiusa.im.qcloud.com", "adminapiidn.im.qcloud.com", "adminapiind.im.qcloud.com",
		"adminapi.my-imcloud.com", "adminapisgp.my-imcloud.com", "adminapikr.my-imcloud.com", "adminapiger.my-imcloud.com",
		"adminapiind.my-imcloud.com", "adminapiusa.my-imcloud.com",
	}
}

// LogLevels are the values of --log-level, most verbose first.
var LogLevels = []string{"debug", "info", "warn", "error"}

// Validate reports everything that is out of bounds, one line each.
func (o Options) Validate() error {
	return errors.Join(
		check("callback-bind-address", address(o.CallbackBindAddress)),
		check("callback-tls-cert-dir", certDir(o.CallbackTLSCertDir)),
		check("callback-external-url", externalURL(o.CallbackExternalURL)),
		check("journal-dir", notEmpty(o.JournalDir)),
		check("journal-max-bytes", between(o.JournalMaxBytes, 1<<20, 1<<40)),
		check("journal-max-groups", between(int64(o.JournalMaxGroups), 2, 10_000_000)),
		check("sync-workers", between(int64(o.SyncWorkers), 1, 256)),
		check("watch-namespaces", each(o.WatchNamespaces, namespace)),
		check("metrics-bind-address", addressOrOff(o.MetricsBindAddress)),
		check("health-probe-bind-address", addressOrOff(o.HealthProbeBindAddress)),
		check("pprof-bind-address", loopbackOrOff(o.PprofBindAddress)),
		check("leader-election-namespace", namespace(o.LeaderElectionNamespace)),
		check("rest-allowed-hosts", each(o.RESTAllowedHosts, restHost)),
		check("log-level", oneOf(o.LogLevel, LogLevels)),
	)
}

func check(flagName string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--%s: %w", flagName, err)
}

func address(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", s)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q has no port from 0 to 65535", s)
	}
	return nil
}

func addressOrOff(s string) error {
	if s == "0" {
		return nil
	}
	return address(s)
}

// loopbackOrOff keeps what says how the process works inside the Pod: who may forward its ports may read it.
func loopbackOrOff(s string) error {
	if err := addressOrOff(s); s == "0" || err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(s)
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q is not on loopback, such as 127.0.0.1:6060", s)
	}
	return nil
}

func certDir(dir string) error {
	if dir == "" {
		return nil
	}
	for _, name := range []string{"tls.crt", "tls.key"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// externalURL rejects what Tencent's console rejects: the URL is used as it is, without a query.
func externalURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%q is not an http or https URL", s)
	}
	if u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q must have no query, fragment or user", s)
	}
	return nil
}

func notEmpty(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	return nil
}

func between(v, low, high int64) error {
	if v < low || v > high {
		return fmt.Errorf("%d is not in %d to %d", v, low, high)
	}
	return nil
}

func each(items []string, valid func(string) error) error {
	for _, item := range items {
		if err := valid(item); err != nil {
			return err
		}
	}
	return nil
}

func namespace(s string) error {
	if problems := validation.IsDNS1123Label(s); len(problems) > 0 {
		return fmt.Errorf("%q is not a namespace: %s", s, strings.Join(problems, "; "))
	}
	return nil
}

// restHost accepts a host name with an optional port, or a plain HTTP server on the loopback address for tests.
func restHost(s string) error {
	host := s
	if rest, ok := strings.CutPrefix(s, "http://"); ok {
		if h, _, err := net.SplitHostPort(rest); err != nil || h != "127.0.0.1" || address(rest) != nil {
			return fmt.Errorf("%q: plain http is allowed for http://127.0.0.1:PORT only", s)
		}
		return nil
	}
	if h, _, err := net.SplitHostPort(s); err == nil && address(s) == nil {
		host = h
	}
	if problems := validation.IsDNS1123Subdomain(host); len(problems) > 0 {
		return fmt.Errorf("%q is not a host", s)
	}
	return nil
}

func oneOf(s string, values []string) error {
	if !slices.Contains(values, s) {
		return fmt.Errorf("%q is not one of %s", s, strings.Join(values, ", "))
	}
	return nil
}
