// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// settings are the command line.
type settings struct {
	quick   bool
	rows    []string // none: all
	json    string   // file for the results
	report  string   // file of results to write a page of, instead of measuring
	profile string   // folder for the processor profile of the receiver of row 1
	manager string   // the operator's binary
	config  string   // the folder config/ of the repository
	dir     string   // where journals and etcd live; a temporary folder is made in it
}

func parseSettings(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&s.quick, "quick", false, "under three minutes: shorter, with fewer groups")
	flags.Func("rows", "rows to measure, separated by commas (default all)", func(v string) error {
		s.rows = strings.Split(v, ",")
		return nil
	})
	flags.StringVar(&s.json, "json", "", "file to write the results to")
	flags.StringVar(&s.report, "report", "", "file of results to print as a page, instead of measuring")
	flags.StringVar(&s.profile, "profile", "", "folder for a processor profile of row 1's receiver")
	flags.StringVar(&s.manager, "manager", "bin/manager", "the operator's binary")
	flags.StringVar(&s.config, "config", "config", "the folder of the manifests")
	flags.StringVar(&s.dir, "dir", os.TempDir(), "folder for data, on the disk that is to be measured")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	err := s.check()
	return s, err
}

// check says at once what a row would fail of later.
func (s *settings) check() error {
	if s.report != "" {
		return nil
	}
	for _, id := range s.rows {
		if _, known := rowByID(id); !known {
			return fmt.Errorf("there is no row %q", id)
		}
	}
	for _, p := range []*string{&s.manager, &s.config, &s.dir} {
		path, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = path
		if _, err := os.Stat(path); err != nil {
			return errors.Join(err, errors.New("run this from the top of the repository, after `make build`"))
		}
	}
	return nil
}
