// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package harness is shared by the tests that run the real operator against a real API server: their set-up, the
// operator's process, and ways to wait for a condition.
package harness

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

const (
	// setUpTimeout covers cold builds with the race detector on a busy machine.
	setUpTimeout = 15 * time.Minute
	// parallelTests is more than there are processors: most tests wait for a period of the operator to pass.
	parallelTests = "8"
)

// SetUp makes what all tests of a package share. Its context ends with the set-up.
type SetUp struct {
	context.Context

	Dir  string // a temporary folder, removed at the end
	ends []func()
}

// Path is that of a file in the temporary folder.
func (s *SetUp) Path(name string) string { return filepath.Join(s.Dir, name) }

// AtEnd calls a function after the tests, and after what was registered later; also when the set-up fails.
func (s *SetUp) AtEnd(f func()) { s.ends = append(s.ends, f) }

// Main runs the tests of a package between the steps of its set-up and its end, and ends the process. The name stands
// before an error of the set-up and in the folder's name.
func Main(m interface{ Run() int }, name string, steps ...func(*SetUp) error) {
	flag.Parse()
	log.SetLogger(logr.Discard()) // of the library that installs the CRDs
	klog.SetLogger(logr.Discard())
	code, err := run(m, name, steps)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		code = 1
	}
	os.Exit(code)
}

func run(m interface{ Run() int }, name string, steps []func(*SetUp) error) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	s := &SetUp{Context: ctx}
	if s.Dir, err = os.MkdirTemp("", "imgroup-"+name+"-"); err != nil {
		return 0, err
	}
	s.AtEnd(func() { _ = os.RemoveAll(s.Dir) })
	defer s.end()
	for _, step := range steps {
		if err := step(s); err != nil {
			return 0, err
		}
	}
	cancel()
	return m.Run(), nil
}

func (s *SetUp) end() {
	for i := len(s.ends) - 1; i >= 0; i-- {
		s.ends[i]()
	}
}

// InParallel lets tests that mostly wait run beside each other, unless the command line says how many.
func InParallel(*SetUp) error {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", parallelTests)
}
