// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import "github.com/imgroup-operator/imgroup-operator/internal/terminal"

const arrow = " → "

// OldToNew has both values, on a terminal cut so that the new one has the most of the room.
func (s Screen) OldToNew(old, now string, room int) string {
	room -= len([]rune(arrow))
	if s.Width() > 0 && terminal.Width(old)+terminal.Width(now) > room {
		old = cutTo(old, max(room/3, room-terminal.Width(now)))
		now = cutTo(now, room-terminal.Columns(old))
	} else {
		old, now = terminal.Visible(old), terminal.Visible(now)
	}
	return s.Paint(Red, old) + arrow + s.Paint(Green, now)
}

func cutTo(s string, columns int) string { return terminal.Cut(s, max(columns, 1)) }
