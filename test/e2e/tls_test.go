// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestCallbacksByTLSWithACertificateThatIsRenewed(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	dir := t.TempDir()
	mountCertificate(t, dir, 1)
	o := startOperator(t, ns, "--callback-tls-cert-dir="+dir)
	if err := trySend(t.Context(), overTLS(o.sender(ns, "chat"), dir, 0), harmless); err != nil {
		t.Fatal(err)
	}
	if serial := servedSerial(t, o); serial != 1 {
		t.Errorf("the certificate served is %d", serial)
	}
	if err := trySend(t.Context(), overTLS(o.sender(ns, "chat"), dir, tls.VersionTLS11), harmless); err == nil {
		t.Error("TLS 1.1 is accepted")
	}

	mountCertificate(t, dir, 2)
	eventually(t, "the new certificate is served", func() error {
		if serial := servedSerial(t, o); serial != 2 {
			return fmt.Errorf("it is still %d", serial)
		}
		return nil
	})
	send(t, overTLS(o.sender(ns, "chat"), dir, 0), harmless)
}

// overTLS sends by https to an operator whose certificate is in a folder.
func overTLS(s *fakeim.Sender, dir string, maxVersion uint16) *fakeim.Sender {
	roots := x509.NewCertPool()
	if text, err := os.ReadFile(filepath.Join(dir, "tls.crt")); err == nil {
		roots.AppendCertsFromPEM(text)
	}
	s.URL = strings.Replace(s.URL, "http://", "https://", 1)
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: maxVersion}
	s.Client = &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: config}}
	return s
}

func servedSerial(t *testing.T, o *operator) int64 {
	t.Helper()
	dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	c, err := dialer.DialContext(t.Context(), "tcp", o.Callbacks)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// mountCertificate puts a new pair into a folder the way the kubelet does: the files are links through a link that is
// replaced.
func mountCertificate(t *testing.T, dir string, serial int64) {
	t.Helper()
	version := fmt.Sprintf("..%d", serial)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "chat"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	keyBytes, err := x509.MarshalECPrivateKey(key)
	must(t, err)
	must(t, os.Mkdir(filepath.Join(dir, version), 0o700))
	for name, block := range map[string]*pem.Block{"tls.crt": {Type: "CERTIFICATE", Bytes: cert}, "tls.key": {Type: "EC PRIVATE KEY", Bytes: keyBytes}} {
		must(t, os.WriteFile(filepath.Join(dir, version, name), pem.EncodeToMemory(block), 0o600))
		if serial == 1 {
			must(t, os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)))
		}
	}
	must(t, os.Symlink(version, filepath.Join(dir, "..data_tmp")))
	must(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
}
