// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"sync"
	"time"
)

// signer keeps a signature and replaces it long before it expires. It may be used concurrently.
type signer struct {
	sign func(at time.Time) string // holds the key, where nothing prints it

	mu   sync.Mutex
	sig  string
	made time.Time // by the wall clock, which goes on while a machine sleeps
}

func newSigner(c Config) *signer {
	return &signer{sign: func(at time.Time) string { return userSig(c.SecretKey, c.AdminUserID, c.SDKAppID, at, sigValidity) }}
}

// current returns a signature that is good for at least a day.
func (s *signer) current() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := time.Now().Round(0).Sub(s.made); s.sig == "" || age < 0 || age >= sigRenewal {
		s.replace()
	}
	return s.sig
}

// renew replaces a signature that the server took for expired, unless that has been done: our clock may have been set
// right since it was made.
func (s *signer) renew(refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sig == refused {
		s.replace()
	}
}

func (s *signer) replace() {
	s.made = time.Now().Round(0)
	s.sig = s.sign(s.made)
}
