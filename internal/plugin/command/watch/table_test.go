// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen/screentest"
)

func TestAChangeFitsEveryTerminal(t *testing.T) {
	watch := func(s screen.Screen) error {
		return (&changeTable{screen: s, namespaces: true, now: func() time.Time { return time.Unix(1000, 0) }}).show(screentest.Long())
	}
	for width := uint16(40); width < 200; width++ {
		screentest.Fits(t, width, screentest.On(t, width, watch))
	}
}
