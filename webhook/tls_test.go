// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// certificatesBegin makes certificates of the same number end at the same time.
var certificatesBegin = time.Now()

// writeCertificate makes a certificate for 127.0.0.1 with the serial number, which is also how many hours it is good for.
func writeCertificate(t *testing.T, dir string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: certificatesBegin.Add(-time.Hour), NotAfter: certificatesBegin.Add(time.Duration(serial) * time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "tls.key"), "PRIVATE KEY", der)
	writePEM(t, filepath.Join(dir, "tls.crt"), "CERTIFICATE", cert)
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// handshake returns the state of a new connection.
func handshake(addr string, change func(*tls.Config)) (tls.ConnectionState, error) {
	c := &tls.Config{InsecureSkipVerify: true}
	change(c)
	conn, err := tls.Dial("tcp", addr, c)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState(), nil
}

func TestTLSCertificatesAreReloaded(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, dir, 1)
	w := newWorld(t, func(c *Config, _ *limits) { c.TLSCertDir = dir })
	stop := w.start(t)
	served := func() *x509.Certificate {
		state, err := handshake(w.Addr(), func(*tls.Config) {})
		if err != nil {
			t.Fatal(err)
		}
		return state.PeerCertificates[0]
	}
	serial := func() int64 { return served().SerialNumber.Int64() }
	if got := serial(); got != 1 {
		t.Fatalf("the first certificate has the serial number %d", got)
	}
	checkExpiry(t, w, served())
	for deadline := time.Now().Add(30 * time.Second); serial() != 2; {
		writeCertificate(t, dir, 2) // again, in case nobody watched yet
		if time.Now().After(deadline) {
			t.Fatal("the second certificate is not served")
		}
	}
	checkExpiry(t, w, served())
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// checkExpiry reads the metric.
func checkExpiry(t *testing.T, w *world, served *x509.Certificate) {
	t.Helper()
	const name = "imgroup_callback_certificate_expiry_timestamp_seconds"
	want := fmt.Sprintf("# HELP %[1]s When the certificate of the callback endpoint expires, in seconds since 1970.\n# TYPE %[1]s gauge\n%[1]s %[2]d\n",
		name, served.NotAfter.Unix())
	if err := testutil.GatherAndCompare(w.gather, strings.NewReader(want), name); err != nil {
		t.Error(err)
	}
}

func TestTLSIsAtLeast12AndSpeaksBothHTTPs(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, dir, 1)
	w := newWorld(t, func(c *Config, _ *limits) { c.TLSCertDir = dir })
	w.start(t)
	if _, err := handshake(w.Addr(), func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }); err == nil {
		t.Error("TLS 1.1 is accepted")
	}
	for _, http2 := range []bool{false, true} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: http2}
		r := request(infoChanged, smallBody)
		r.RequestURI, r.URL.Scheme, r.URL.Host = "", "https", w.Addr()
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		transport.CloseIdleConnections()
		if response.StatusCode != http.StatusOK || (response.ProtoMajor == 2) != http2 {
			t.Errorf("answer %d over %s", response.StatusCode, response.Proto)
		}
	}
	if conn, r := w.dial(t); true { // plain HTTP on the TLS port: net/http's own answer
		if response := exchange(t, conn, r, wire("Content-Length: 0\r\n", "")); response.StatusCode != http.StatusBadRequest {
			t.Errorf("plain HTTP is answered with %d", response.StatusCode)
		}
	}
	if log := w.log.String(); strings.Contains(log, "Sign") || strings.Contains(log, "callbacks/") {
		t.Errorf("the log says %s", log)
	}
}

// By HTTP/2 a refusal before verification is the last of its connection, and one of a verified sender is not.
func TestARefusalEndsTheConnectionByHTTP2Too(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, dir, 1)
	w := newWorld(t, func(c *Config, _ *limits) { c.TLSCertDir = dir })
	w.start(t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	ask := func(token, body string) (status int, reused bool) {
		r := request(infoChanged, body)
		r.RequestURI, r.URL.Scheme, r.URL.Host = "", "https", w.Addr()
		r.URL.RawQuery = signedQuery(token) + "&CallbackCommand=" + infoChanged
		trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }}
		response, err := transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(t.Context(), trace)))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return response.StatusCode, reused
	}
	for i, step := range []struct {
		token, body string
		status      int
	}{{testToken, smallBody, 200}, {testToken, "{}", 400}, {testToken, smallBody, 200}, {"guess", smallBody, 403}} {
		if status, reused := ask(step.token, step.body); status != step.status || reused != (i > 0) {
			t.Errorf("request %d gets %d on a connection that was there before: %t", i, status, reused)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ; { // until the client has seen the end
		if _, reused := ask(testToken, smallBody); !reused {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the connection of a refused sender stays")
		}
	}
}
