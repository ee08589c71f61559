// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"syscall"
)

// connectionError says in fixed words why there is no answer, because the error of net/http holds the URL. If the caller's
// context has ended, it returns the context's error.
func connectionError(ctx context.Context, command string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return unavailable(command, connectionWords(err))
}

func connectionWords(err error) string {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		timeout     net.Error
	)
	switch {
	case errors.As(err, &dns):
		return "the name of the host cannot be resolved"
	case errors.As(err, &certificate):
		return "the host's certificate is not valid"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the host refuses connections"
	}
	return "no connection to the host, or it broke"
}
