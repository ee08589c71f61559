// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package notifier

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

// Receiver is a chat that gets messages.
type Receiver struct {
	Name    string     `json:"name"` // of its files and of its annotation
	Kind    robot.Kind `json:"kind"`
	Rules   []Rule     `json:"rules"`   // any of them selects a change; none select all
	Resyncs bool       `json:"resyncs"` // also what only a resync found
}

// Rule selects changes. In each of its patterns * stands for any text; a list that is absent selects all.
type Rule struct {
	Apps   []string `json:"apps"`
	Groups []string `json:"groups"` // IDs
	Fields []string `json:"fields"`
}

// The names in fields, beside custom/KEY.
var fields = []string{created, disbanded, "name", "introduction", "notification", "faceURL", "owner"}

// validName fits into the name of an annotation, and of a key of a Secret.
var validName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`)

// Parse reads the receivers from YAML.
func Parse(text []byte) ([]Receiver, error) {
	var file struct {
		Receivers []Receiver `json:"receivers"`
	}
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		return nil, err
	}
	if len(file.Receivers) == 0 {
		return nil, errors.New("there are no receivers")
	}
	names := map[string]bool{}
	for _, r := range file.Receivers {
		if err := r.validate(); err != nil {
			return nil, fmt.Errorf("receiver %q: %w", r.Name, err)
		}
		if names[r.Name] {
			return nil, fmt.Errorf("there are two receivers %q", r.Name)
		}
		names[r.Name] = true
	}
	return file.Receivers, nil
}

func (r Receiver) validate() error {
	if !validName.MatchString(r.Name) {
		return errors.New("a name has 1 to 40 lower-case letters, digits and '-'")
	}
	if !r.Kind.Known() {
		return fmt.Errorf("kind %q is not one of %s, %s, %s, %s", r.Kind, robot.Feishu, robot.WeCom, robot.DingTalk, robot.Slack)
	}
	for _, rule := range r.Rules {
		for _, pattern := range rule.Fields {
			if !strings.HasPrefix(pattern, custom) && !slices.ContainsFunc(fields, func(f string) bool { return like(pattern, f) }) {
				return fmt.Errorf("field %q is not one of %s, %sKEY", pattern, strings.Join(fields, ", "), custom)
			}
		}
	}
	return nil
}

// wants reports whether a change of a group is for the receiver.
func (r Receiver) wants(app, group, field string) bool {
	return len(r.Rules) == 0 || slices.ContainsFunc(r.Rules, func(rule Rule) bool {
		return matches(rule.Apps, app) && matches(rule.Groups, group) && matches(rule.Fields, field)
	})
}

func matches(patterns []string, s string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return like(p, s) })
}

// like reports whether a text is as a pattern says.
func like(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	s, is := strings.CutPrefix(s, parts[0])
	if last == 0 || !is {
		return is && s == ""
	}
	for _, part := range parts[1:last] {
		if _, s, is = strings.Cut(s, part); !is {
			return false
		}
	}
	return strings.HasSuffix(s, parts[last])
}
