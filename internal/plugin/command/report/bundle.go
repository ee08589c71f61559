// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"time"
)

// file is one file of a bundle.
type file struct {
	name, what string
	text       []byte
}

// write packs files, readable by their owner alone.
func write(w io.Writer, files []file, now time.Time) error {
	packed := gzip.NewWriter(w)
	archive := tar.NewWriter(packed)
	for _, f := range files {
		header := &tar.Header{Name: "imgroup-report/" + f.name, Mode: 0o600, Size: int64(len(f.text)), ModTime: now}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.text); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return packed.Close()
}
