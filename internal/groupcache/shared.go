// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"runtime"
	"sync"
	"weak"
)

// commons has each common once, by its packed form, as long as an IMGroup has it.
var commons = struct {
	sync.Mutex
	packed map[string]weak.Pointer[common]
}{packed: map[string]weak.Pointer[common]{}}

// shared returns the one that is like this. What the caller gave to make it must not change any more.
func shared(c common) (*common, error) {
	packed, err := encode(c)
	if err != nil {
		return nil, err
	}
	commons.Lock()
	defer commons.Unlock()
	if held := commons.packed[packed].Value(); held != nil {
		return held, nil
	}
	commons.packed[packed] = weak.Make(&c)
	runtime.AddCleanup(&c, forget, packed)
	return &c, nil
}

// forget drops one that nobody has, unless there is another like it again.
func forget(packed string) {
	commons.Lock()
	defer commons.Unlock()
	if commons.packed[packed].Value() == nil {
		delete(commons.packed, packed)
	}
}
