// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package notifier

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

// Webhook reads the files NAME.url and NAME.secret of a receiver; the second is there if the messages are to be signed.
func Webhook(dir, name string) func() (robot.Webhook, error) {
	return func() (robot.Webhook, error) {
		to, err := os.ReadFile(filepath.Join(dir, name+".url"))
		if err != nil {
			return robot.Webhook{}, err
		}
		secret, err := os.ReadFile(filepath.Join(dir, name+".secret"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return robot.Webhook{}, err
		}
		return robot.Webhook{URL: strings.TrimSpace(string(to)), Secret: strings.TrimSpace(string(secret))}, nil
	}
}
