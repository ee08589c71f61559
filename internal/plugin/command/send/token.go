// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
)

// maxTokenFile bounds what is read as a token, in bytes.
const maxTokenFile = 64 << 10

// tokenFile reads a token; "-" is stdin.
func tokenFile(ctx context.Context, e *cli.Env, name string) (string, error) {
	text, err := readToken(ctx, e, name)
	if err != nil {
		return "", err
	}
	token := trimNewline(string(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if token == "" {
		return "", errors.New("the token file is empty")
	}
	return token, nil
}

func readToken(ctx context.Context, e *cli.Env, name string) ([]byte, error) {
	if name == "-" {
		return stdin(ctx, e)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxTokenFile))
}

// stdin reads a token until its end or, from a keyboard, a line that the terminal does not show. Ctrl-C ends it, which a
// read alone would not notice.
func stdin(ctx context.Context, e *cli.Env) ([]byte, error) {
	read := func() ([]byte, error) { return io.ReadAll(io.LimitReader(e.In, maxTokenFile)) }
	if f, ok := e.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		state, err := term.GetState(int(f.Fd()))
		if err != nil {
			return nil, err
		}
		defer func() { _ = term.Restore(int(f.Fd()), state) }() // after Ctrl-C; else it is done
		e.Note("Token, which is not shown:")
		read = func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) }
	}
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		return r.text, r.err
	}
}

// trimNewline takes off what an editor puts behind a token, as the operator does.
func trimNewline(s string) string { return strings.TrimRight(s, "\r\n") }
