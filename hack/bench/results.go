// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"strings"
	"time"
)

// results are what a run found, and on what machine.
type results struct {
	Command  string    `json:"command"`
	Quick    bool      `json:"quick"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Machine  machine   `json:"machine"`
	Figures  []figure  `json:"figures"`
	Errors   []string  `json:"errors,omitempty"`
}

func newResults(s settings, dir string) results {
	return results{Command: strings.Join(append([]string{"go run ./hack/bench"}, os.Args[1:]...), " "),
		Quick: s.quick, Started: time.Now().UTC(), Machine: thisMachine(dir)}
}

func (r results) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

func readResults(file string) (r results, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	err = json.Unmarshal(text, &r)
	return r, err
}
