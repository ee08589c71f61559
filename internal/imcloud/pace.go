// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"golang.org/x/time/rate"
)

// waitAll waits until each rate allows one more request. The error is the context's.
func waitAll(ctx context.Context, rates []*rate.Limiter) error {
	for _, r := range rates {
		if err := r.Wait(ctx); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil { // it would take longer than the context has
			return context.DeadlineExceeded
		}
	}
	return ctx.Err()
}

// pause waits after an attempt that failed, the first being 1. The error is the context's.
func pause(ctx context.Context, attempt int) error {
	d := firstPause << (attempt - 1)
	d += d / 2 * time.Duration(random()>>16) / (1 << 16)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// random is a number of 32 bits.
func random() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint32(b[:])
}
