// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"

	"github.com/imgroup-operator/imgroup-operator/internal/options"
)

// preflight finds what would otherwise fail after other parts have started and written to the log: the servers listen,
// and read their certificate, last of all.
func preflight(ctx context.Context, o options.Options) error {
	return errors.Join(
		canListen(ctx, "callback-bind-address", o.CallbackBindAddress),
		canListen(ctx, "metrics-bind-address", o.MetricsBindAddress),
		hasCertificate(o.CallbackTLSCertDir))
}

func canListen(ctx context.Context, flagName, address string) error {
	if address == "0" { // off
		return nil
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagName, err)
	}
	return l.Close()
}

func hasCertificate(dir string) error {
	if dir == "" {
		return nil
	}
	if _, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")); err != nil {
		return fmt.Errorf("--callback-tls-cert-dir: %w", err)
	}
	return nil
}
