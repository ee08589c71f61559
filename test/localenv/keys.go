// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"
)

// authority is the certificate authority of one folder: it signs the API server's certificate, the users' and the
// tokens of ServiceAccounts. It is kept between runs, so that what it signed stays valid.
type authority struct {
	cert    *x509.Certificate
	certPEM []byte
	key     *ecdsa.PrivateKey
}

const certificateLife = 10 * 365 * 24 * time.Hour // longer than any folder of test data lives

// prepareKeys reads the authority, or makes it, and makes a new certificate for the API server.
func (e *Env) prepareKeys() error {
	if err := os.MkdirAll(e.path("pki"), 0o700); err != nil {
		return err
	}
	keys, err := readAuthority(e.path("pki", "ca.crt"), e.path("pki", "ca.key"))
	if errors.Is(err, fs.ErrNotExist) {
		keys, err = newAuthority(e.path("pki", "ca.crt"), e.path("pki", "ca.key"))
	}
	if err != nil {
		return err
	}
	e.keys = keys
	cert, key, err := keys.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return err
	}
	return writePair(e.path("pki", "apiserver.crt"), e.path("pki", "apiserver.key"), cert, key)
}

func readAuthority(certFile, keyFile string) (*authority, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New(keyFile + " holds no ECDSA key")
	}
	return &authority{cert: pair.Leaf, certPEM: pemBlock("CERTIFICATE", pair.Leaf.Raw), key: key}, nil
}

func newAuthority(certFile, keyFile string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "imgroup-local"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, keyPEM, err := (&authority{cert: template, key: key}).signKey(template, key)
	if err != nil {
		return nil, err
	}
	if err := writePair(certFile, keyFile, cert, keyPEM); err != nil {
		return nil, err
	}
	return readAuthority(certFile, keyFile)
}

// client makes a certificate for a user.
func (a *authority) client(name string, groups []string) (cert, key []byte, err error) {
	return a.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: name, Organization: groups},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// sign makes a new key and certifies it.
func (a *authority) sign(template *x509.Certificate) (cert, key []byte, err error) {
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	return a.signKey(template, fresh)
}

func (a *authority) signKey(template *x509.Certificate, subject *ecdsa.PrivateKey) (cert, key []byte, err error) {
	now := time.Now()
	template.NotBefore, template.NotAfter = now.Add(-time.Hour), now.Add(certificateLife)
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, nil, err
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, subject.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	keyRaw, err := x509.MarshalECPrivateKey(subject)
	return pemBlock("CERTIFICATE", raw), pemBlock("EC PRIVATE KEY", keyRaw), err
}

// writePair writes the key last: a pair counts only when both are there.
func writePair(certFile, keyFile string, cert, key []byte) error {
	if err := os.WriteFile(certFile, cert, 0o600); err != nil {
		return err
	}
	return os.WriteFile(keyFile, key, 0o600)
}

func pemBlock(kind string, raw []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw})
}
