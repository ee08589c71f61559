// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"fmt"
	"io"
)

// hidden is printed in place of a secret.
const hidden = "[hidden]"

// SecretKey is the secret key of an application, as the console shows it. Printing, logging or encoding it gives
// "[hidden]".
type SecretKey string

// Format prints no secret, whatever the verb.
func (SecretKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText encodes no secret.
func (SecretKey) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Format prints the application alone: the client holds signatures.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "client of application %d", c.sdkAppID)
}
