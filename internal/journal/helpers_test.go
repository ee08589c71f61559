// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import "github.com/imgroup-operator/imgroup-operator/internal/event"

func eventBytes(ev event.Event) []byte { return event.Append(nil, ev) }
