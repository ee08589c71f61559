// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

import "errors"

var errNoContainers = errors.New("-pod needs Linux")

// pod is what a container is made of. There are none here.
type pod struct {
	Root, Volume, Data string
	User, Group        int
	Args, Env          []string
}

func (p *pod) lay(string, map[string][]byte) error { return errNoContainers }
func (p *pod) command() (string, []string, error)  { return "", nil, errNoContainers }
func checkPod(int, *checklist)                     {}
func isolated() (bool, error)                      { return false, nil }
func inOwnNetwork() error                          { return errNoContainers }
