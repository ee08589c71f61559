// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var imapps = schema.GroupResource{Group: "im.imgroup.dev", Resource: "imapps"}

func TestAnInformerAsksAgainSoonWhileTheAPIServerIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := []error{io.EOF, apierrors.NewServiceUnavailable("starting"), apierrors.NewServerTimeout(imapps, "list", 1), errors.New("connection refused"),
			apierrors.NewTooManyRequests("busy", 1), apierrors.NewInternalError(errors.New("etcd")), apierrors.NewNotFound(imapps, "")}
		start, asked := time.Now(), 0
		got, err := whileAway(t.Context(), &rate.Sometimes{}, func() (string, error) {
			if asked++; asked <= len(away) {
				return "", away[asked-1]
			}
			return "the list", nil
		})
		if got != "the list" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if took := time.Since(start); took < 7*relistInterval || took > 14*relistInterval {
			t.Errorf("it took %s to ask %d times", took, asked)
		}
	})
}

func TestAnInformerHearsWhatTheAPIServerRefuses(t *testing.T) {
	for _, refusal := range []error{apierrors.NewResourceExpired("too old"), apierrors.NewForbidden(imapps, "", nil)} {
		if _, err := whileAway(t.Context(), &rate.Sometimes{}, func() (string, error) { return "", refusal }); !errors.Is(err, refusal) {
			t.Errorf("got %v, want %v", err, refusal)
		}
	}
}

func TestAnInformerThatIsStoppedAsksNoMore(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	asked := 0
	_, err := whileAway(ctx, &rate.Sometimes{}, func() (string, error) {
		asked++
		stop()
		return "", io.EOF
	})
	if err == nil || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}
