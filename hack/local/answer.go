// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// check shows an answer and checks it.
func (s step) check(checks *checklist, reply fakeim.Reply) {
	printAnswer(checks.out, s.name, strconv.Itoa(reply.HTTPStatus), string(reply.Raw))
	want := cmp.Or(s.want, http.StatusOK)
	checks.that(reply.HTTPStatus == want && reply.OK() == (want == http.StatusOK), s.name,
		fmt.Sprintf("got HTTP %d %q, want %d", reply.HTTPStatus, reply.Raw, want))
}

// printAnswer cuts an answer to the width of the terminal; in a pipe it is whole.
func printAnswer(out io.Writer, step, status, answer string) {
	before := terminal.Cell(step, 42) + gap + terminal.Cell(status, 4) + gap
	if columns := screen.Of(out).Width(); columns > 0 {
		answer = terminal.Cut(answer, columns-terminal.Columns(before))
	} else {
		answer = terminal.Visible(answer)
	}
	printLine(out, before+answer)
}
