// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// YAML writes a value as YAML, with the names and the order of its JSON. Characters that a terminal would obey or that
// hide or reorder text are escaped; a reader gets the same strings.
func YAML(v any) ([]byte, error) {
	text, err := encode(v, "")
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil { // JSON is YAML
		return nil, err
	}
	block(&document)
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(&document); err != nil {
		return nil, err
	}
	return escapeQuoted(b.Bytes()), nil
}

// block gives a node the style that people write, and quotes what must be escaped.
func block(n *yaml.Node) {
	n.Style = 0
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && (strings.ContainsFunc(n.Value, isHidden) || oldBool.MatchString(n.Value)) {
		n.Style = yaml.DoubleQuotedStyle
	}
	if len(n.Content) == 0 && n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle // [] and {}
	}
	for _, child := range n.Content {
		block(child)
	}
}

// oldBool is what readers of YAML 1.1, such as kubectl, take for a boolean.
var oldBool = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off)$`)

func isHidden(r rune) bool { return !unicode.IsPrint(r) }

// escapeQuoted works on YAML as a whole: what is hidden is between double quotes, where it may be escaped.
func escapeQuoted(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
