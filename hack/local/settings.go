// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// settings say where things are.
type settings struct {
	manager string // the operator's binary
	crds    string // folder of the CustomResourceDefinitions
	dir     string // where data, keys and logs live
	pod     string // manifests to take the operator's Pod from; "" runs it as a plain process
}

func (s settings) kubeconfig() string { return filepath.Join(s.dir, "kubeconfig") }
func (s settings) managerLog() string { return filepath.Join(s.dir, "manager.log") }

// What the printed commands sign with.
func (s settings) tokenFile() string   { return filepath.Join(s.dir, "token") }
func (s settings) userSigFile() string { return filepath.Join(s.dir, "usersig") }

// secretKeyFile keeps the fake cloud's key, so that a printed command holds for the next run too.
func (s settings) secretKeyFile() string { return filepath.Join(s.dir, "secretkey") }

// ready says at once what a start would fail of, and makes the paths hold wherever a printed command is pasted.
func (s settings) ready() (settings, error) {
	if _, err := os.Stat(s.crds); err != nil {
		return s, fmt.Errorf("no CustomResourceDefinitions: run this from the top of the repository (%w)", err)
	}
	if _, err := os.Stat(s.manager); err != nil {
		return s, fmt.Errorf("the operator is not built: run `make build` (%w)", err)
	}
	for _, p := range []*string{&s.manager, &s.crds, &s.dir} {
		path, err := filepath.Abs(*p)
		if err != nil {
			return s, err
		}
		*p = path
	}
	return s, nil
}
