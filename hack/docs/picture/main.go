// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Picture makes an SVG of a picture drawn in characters, for pages with a light or a dark background:
//
//	picture TITLE <FILE.txt >FILE.svg
package main

import (
	"fmt"
	"html"
	"io"
	"os"
	"strings"

	"github.com/bep/goat"
)

// frame gives the drawing a size that follows the page's width, a title for those who do not see it, a font that is
// easy to read, and the colours of the code host's two themes.
const frame = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,Liberation Mono,monospace">
<title>%s</title>
<style>
svg { color: #1f2328; background: transparent }
text { fill: currentColor; stroke: none; font-size: 14px }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }
</style>
%s
</svg>
`

// margin is what the drawing needs around it, in its own units: its strokes begin at 0.
const margin = 16

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: picture TITLE <FILE.txt >FILE.svg")
	}
	drawing := goat.BuildSVG(in)
	_, err := fmt.Fprintf(out, frame, drawing.Width+margin, drawing.Height+margin, html.EscapeString(args[0]), strings.TrimSpace(drawing.Body))
	return err
}
