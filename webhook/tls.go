// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"crypto/tls"
	"math"
	"path/filepath"

	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
)

// certificates are read again when their files change, so that cert-manager can renew them without a restart. A nil
// one stands for plain HTTP.
type certificates struct{ watcher *certwatcher.CertWatcher }

// readCertificates reads tls.crt and tls.key, the files of a TLS Secret's volume. No directory means plain HTTP.
func readCertificates(dir string) (*certificates, error) {
	if dir == "" {
		return nil, nil
	}
	watcher, err := certwatcher.New(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"))
	if err != nil {
		return nil, err
	}
	return &certificates{watcher}, nil
}

func (c *certificates) config() *tls.Config {
	if c == nil {
		return nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.watcher.GetCertificate}
}

// expiry is when the certificate in use ends, in seconds since 1970.
func (c *certificates) expiry() float64 {
	now, err := c.watcher.GetCertificate(nil)
	if err != nil || now == nil || now.Leaf == nil {
		return math.NaN() // does not happen: a certificate that cannot be read does not take the place of the last one
	}
	return float64(now.Leaf.NotAfter.Unix())
}

// watch returns after ctx is done.
func (c *certificates) watch(ctx context.Context) error {
	if c == nil {
		<-ctx.Done()
		return nil
	}
	if err := c.watcher.Start(ctx); ctx.Err() == nil {
		return err
	}
	return nil
}
