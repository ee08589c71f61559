// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen/screentest"
)

func TestNewsFitEveryTerminal(t *testing.T) {
	for width := uint16(40); width < 200; width++ {
		screentest.Fits(t, width, screentest.On(t, width, func(s screen.Screen) error { return printChanges(s, screentest.Long()) }))
	}
}
