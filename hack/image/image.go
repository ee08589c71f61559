// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// image builds one platform's image.
func (s settings) image(r recipe, arch string) (v1.Image, error) {
	dir, err := os.MkdirTemp("", "imgroup-image-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	root, err := s.build(r, arch, dir)
	if err != nil {
		return nil, err
	}
	image, err := s.baseImage(arch)
	if err != nil {
		return nil, err
	}
	for _, f := range r.copies {
		layer, err := layerOf(root, f)
		if err != nil {
			return nil, err
		}
		if image, err = mutate.AppendLayers(image, layer); err != nil {
			return nil, err
		}
	}
	return r.configure(image, s.version, arch)
}

func (s settings) baseImage(arch string) (v1.Image, error) {
	if s.base == "" {
		return empty.Image, nil
	}
	reference, err := name.ParseReference(s.base)
	if err != nil {
		return nil, err
	}
	return remote.Image(reference, remote.WithPlatform(v1.Platform{OS: "linux", Architecture: arch}))
}

// configure sets what the Dockerfile says of the image.
func (r recipe) configure(image v1.Image, version, arch string) (v1.Image, error) {
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", arch
	file.Config.User, file.Config.Entrypoint = r.user, r.entry
	file.Config.Labels = map[string]string{}
	for key, value := range r.labels {
		file.Config.Labels[key] = strings.ReplaceAll(value, "$VERSION", version)
	}
	file.Config.ExposedPorts = map[string]struct{}{}
	for _, port := range r.ports {
		file.Config.ExposedPorts[port+"/tcp"] = struct{}{}
	}
	return mutate.ConfigFile(image, file)
}

// layerOf packs a path of the build stage. Times are left out, so that the same content is the same layer.
func layerOf(root string, f file) (v1.Layer, error) {
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	top := filepath.Join(root, f.from)
	err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		return pack(writer, path, strings.TrimPrefix(filepath.Join(f.to, relative), "/"), f.owner)
	})
	if err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed.Bytes())), nil })
}

// pack adds one file or folder. An owner is USER:GROUP in numbers; none is root.
func pack(writer *tar.Writer, path, to, owner string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	header := &tar.Header{Name: to, Mode: 0o755, Typeflag: tar.TypeDir}
	if owner != "" {
		if _, err := fmt.Sscanf(owner, "%d:%d", &header.Uid, &header.Gid); err != nil {
			return fmt.Errorf("owner %q: %w", owner, err)
		}
	}
	if info.IsDir() {
		header.Name += "/"
		return writer.WriteHeader(header)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	header.Typeflag, header.Size = tar.TypeReg, int64(len(text))
	if err := writer.WriteHeader(header); err != nil {
		return err
	}
	_, err = writer.Write(text)
	return err
}
