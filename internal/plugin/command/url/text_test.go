// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package url

import (
	"strings"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func TestTheURLThatNobodyKnows(t *testing.T) {
	app := &imv1alpha1.IMApp{}
	app.Namespace, app.Name = "im", "chat"
	e := endpointOf(app)
	if text := e.urlText(); text[0] != "https://HOST/callbacks/im/chat" || !strings.Contains(text[1], "--callback-external-url") {
		t.Errorf("it says %q", text)
	}
	if text := e.readyText(); e.Ready || !strings.Contains(text, "does not run") {
		t.Errorf("it says %q", text)
	}
}
