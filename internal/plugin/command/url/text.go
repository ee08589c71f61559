// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package url

import (
	"fmt"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

// printEndpoint says of one IMApp what to do, in words.
func printEndpoint(s screen.Screen, e endpoint) error {
	parts := []struct {
		label string
		texts []string
	}{
		{"IMApp", []string{fmt.Sprintf("%s/%s, SDKAppID %d", e.Namespace, e.Name, e.SDKAppID)}},
		{"URL", e.urlText()},
		{"Signed", []string{e.signedText()}},
		{"Ready", []string{e.readyText()}},
		{"Events", []string{"Tick only these four, all of them After: group created, disbanded, information changed, owner changed. Never a Before event: users would wait for it while the operator is away."}},
	}
	for _, part := range parts {
		if err := s.Paragraph(part.label, part.texts...); err != nil {
			return err
		}
	}
	return nil
}

func (e *endpoint) urlText() []string {
	if e.URL != "" {
		return []string{e.URL}
	}
	return []string{"https://HOST" + e.Path,
		"HOST is where Tencent reaches the operator. It does not know that itself: give it --callback-external-url, and the whole URL is shown here."}
}

func (e *endpoint) signedText() string {
	if !e.Signed {
		return "no: spec.callback.allowUnsigned is set. Whoever reaches the URL can change the IMGroups of this application; for trials only."
	}
	return fmt.Sprintf("yes: turn callback authentication on in the console, with the token of the Secret %s, key token.", e.TokenSecret)
}

func (e *endpoint) readyText() string {
	switch {
	case e.Suspended:
		return "no: suspended (spec.suspend); callbacks are answered with 404."
	case e.Ready:
		return "yes: callbacks are accepted."
	}
	return fmt.Sprintf("no: %s. %s", e.Reason, e.Message)
}
