// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package options holds the operator's settings: command line flags, each with a fallback in the environment, a
// documented default and bounds.
package options

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Options are the operator's settings, as the flags of the same names say.
type Options struct {
	CallbackBindAddress     string
	CallbackTLSCertDir      string
	CallbackExternalURL     string
	JournalDir              string
	JournalMaxBytes         int64
	JournalMaxGroups        int
	SyncWorkers             int
	ClearManagedFields      bool
	WatchNamespaces         []string
	MetricsBindAddress      string
	MetricsSecure           bool
	HealthProbeBindAddress  string
	PprofBindAddress        string
	LeaderElect             bool
	LeaderElectionNamespace string
	RESTAllowedHosts        []string
	LogLevel                string
	Kubeconfig              string
	Version                 bool
}

// EnvPrefix precedes the name of a flag's environment variable: --journal-dir is IMGROUP_JOURNAL_DIR.
const EnvPrefix = "IMGROUP_"

// Environment gives the value of a variable and whether it is set, like os.LookupEnv.
type Environment func(name string) (string, bool)

// Parse reads the command line (without the program's name). A flag that is not given takes the value of its
// environment variable; if that is empty, its default. --version ignores everything else. -h prints the usage to out and
// returns flag.ErrHelp. An error names the flag or variable at fault; without one, all values are in bounds.
func Parse(args []string, env Environment, out io.Writer) (Options, error) {
	var o Options
	fs := flags(&o)
	// The flag package prints an error with the whole usage below it; the caller prints the error alone.
	fs.Usage = func() {}
	fs.SetOutput(io.Discard)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		usage(fs, out)
		return o, err
	} else if err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if o.Version {
		return o, nil
	}
	if err := fromEnvironment(fs, env); err != nil {
		return o, err
	}
	if o.LeaderElectionNamespace == "" {
		o.LeaderElectionNamespace = ownNamespace(env)
	}
	if len(o.RESTAllowedHosts) == 0 {
		o.RESTAllowedHosts = TencentHosts()
	}
	return o, o.Validate()
}

func flags(o *Options) *flag.FlagSet {
	fs := flag.NewFlagSet("imgroup-operator", flag.ContinueOnError)
	fs.StringVar(&o.CallbackBindAddress, "callback-bind-address", ":8090", "address for callbacks")
	fs.StringVar(&o.CallbackTLSCertDir, "callback-tls-cert-dir", "", "folder with tls.crt and tls.key for the callback address, reloaded when they change; empty: plain HTTP")
	fs.StringVar(&o.CallbackExternalURL, "callback-external-url", "", "URL, without query, at which Tencent reaches the callback address; each IMApp's status shows it with the path appended")
	fs.StringVar(&o.JournalDir, "journal-dir", "/var/lib/imgroup/journal", "folder of the journal; one process at a time uses it")
	o.JournalMaxBytes = 1 << 30
	fs.Func("journal-max-bytes", "maximum size of the journal on disk, 1Mi to 1Ti (default 1Gi)", quantity(&o.JournalMaxBytes))
	fs.IntVar(&o.JournalMaxGroups, "journal-max-groups", 200_000, "maximum number of groups with unwritten changes, 2 to 10000000")
	fs.IntVar(&o.SyncWorkers, "sync-workers", 16, "groups written to the API server concurrently, 1 to 256")
	fs.BoolVar(&o.ClearManagedFields, "clear-managed-fields", true, "clear the managedFields of created IMGroups once, unless somebody applies them on the server side")
	fs.Func("watch-namespaces", "comma-separated namespaces to serve; empty: all", list(&o.WatchNamespaces))
	fs.StringVar(&o.MetricsBindAddress, "metrics-bind-address", ":8080", "address of the metrics; 0: off")
	fs.BoolVar(&o.MetricsSecure, "metrics-secure", false, "serve metrics over HTTPS, to authenticated and authorised clients only")
	fs.StringVar(&o.HealthProbeBindAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz; 0: off")
	fs.StringVar(&o.PprofBindAddress, "pprof-bind-address", "0", "loopback address of /debug/pprof/, which anybody who reaches it may read; 0: off")
	fs.BoolVar(&o.LeaderElect, "leader-elect", true, "elect one replica for the tasks that only one may do; turn off for a single replica")
	fs.StringVar(&o.LeaderElectionNamespace, "leader-election-namespace", "", "namespace of the Lease; empty: $POD_NAMESPACE, the ServiceAccount's, then default")
	fs.Func("rest-allowed-hosts", "comma-separated hosts that an IMApp's spec.rest.baseURL may name (default: Tencent's); http://127.0.0.1:PORT for tests", list(&o.RESTAllowedHosts))
	fs.StringVar(&o.LogLevel, "log-level", "info", "debug, info, warn or error")
	fs.StringVar(&o.Kubeconfig, "kubeconfig", "", "kubeconfig file; empty: $KUBECONFIG, the Pod's ServiceAccount, then ~/.kube/config")
	fs.BoolVar(&o.Version, "version", false, "print the version and exit")
	return fs
}

// fromEnvironment sets every flag that was not given and whose variable is, and is not empty.
func fromEnvironment(fs *flag.FlagSet, env Environment) error {
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var errs []error
	fs.VisitAll(func(f *flag.Flag) {
		value, _ := env(EnvName(f.Name))
		if value == "" || given[f.Name] {
			return
		}
		if err := fs.Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("environment variable %s: %q: %w", EnvName(f.Name), value, err))
		}
	})
	return errors.Join(errs...)
}

// EnvName is the environment variable of a flag.
func EnvName(flagName string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

func usage(fs *flag.FlagSet, out io.Writer) {
	fs.SetOutput(out)
	_, _ = fmt.Fprintf(out, "Usage of imgroup-operator (--some-flag may be given as %sSOME_FLAG in the environment):\n", EnvPrefix)
	fs.PrintDefaults()
}

func quantity(target *int64) func(string) error {
	return func(s string) error {
		q, err := resource.ParseQuantity(s)
		if err != nil {
			return errors.New("not a quantity such as 512Mi or 1Gi")
		}
		*target = q.Value()
		return nil
	}
}

func list(target *[]string) func(string) error {
	return func(s string) error {
		*target = nil
		for item := range strings.SplitSeq(s, ",") {
			if item = strings.TrimSpace(item); item != "" {
				*target = append(*target, item)
			}
		}
		return nil
	}
}

// ownNamespace is the namespace that this process runs in, as far as it is known.
func ownNamespace(env Environment) string {
	if ns, ok := env("POD_NAMESPACE"); ok && ns != "" {
		return ns
	}
	const file = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
	if b, err := os.ReadFile(file); err == nil && len(strings.TrimSpace(string(b))) > 0 {
		return strings.TrimSpace(string(b))
	}
	return "default"
}
