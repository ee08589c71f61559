// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxTokenFile bounds what is read as a token, in bytes.
const maxTokenFile = 64 << 10

// tokenFile reads a token; "-" is stdin.
func (p *plugin) tokenFile(ctx context.Context, name string) (string, error) {
	text, err := p.readToken(ctx, name)
	if err != nil {
		return "", err
	}
	token := trimNewline(string(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if token == "" {
		return "", errors.New("the token file is empty")
	}
	return token, nil
}

func (p *plugin) readToken(ctx context.Context, name string) ([]byte, error) {
	if name == "-" {
		return p.stdin(ctx)
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
func (p *plugin) stdin(ctx context.Context) ([]byte, error) {
	read := func() ([]byte, error) { return io.ReadAll(io.LimitReader(p.In, maxTokenFile)) }
	if f, ok := p.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		state, err := term.GetState(int(f.Fd()))
		if err != nil {
			return nil, err
		}
		defer func() { _ = term.Restore(int(f.Fd()), state) }() // after Ctrl-C; else it is done
		p.note("Token, which is not shown:")
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
