// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

func TestTheServerIsPressedWhileManyRequestsAreInFlight(t *testing.T) {
	s := newServer(Config{}, defaultLimits())
	app := apps.Key{Namespace: "im", Name: "chat"}
	for i := range pressingInFlight {
		if s.Pressed() {
			t.Fatalf("pressed with %d in flight", i)
		}
		if o := s.flight.enter(app); o != proceed {
			t.Fatal(o)
		}
	}
	if !s.Pressed() {
		t.Error("not pressed")
	}
	if s.flight.leave(app); s.Pressed() {
		t.Error("still pressed")
	}
}
