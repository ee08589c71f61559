// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const testVersion = "v1.2.3-test"

// TestWhatIsInTheImages builds the images as the Dockerfile says, pushes them, and looks into what the registry has.
func TestWhatIsInTheImages(t *testing.T) {
	registry := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer registry.Close()
	to := strings.TrimPrefix(registry.URL, "http://") + "/imgroup-operator:" + testVersion
	index := pull(t, to, write(t, to))
	manifest, err := index.IndexManifest()
	must(t, err)
	if len(manifest.Manifests) != 2 {
		t.Fatalf("%d images, want %d", len(manifest.Manifests), 2)
	}
	for _, m := range manifest.Manifests {
		t.Run(m.Platform.Architecture, func(t *testing.T) {
			image, err := index.Image(m.Digest)
			must(t, err)
			checkConfig(t, image, m.Platform.Architecture)
			checkFiles(t, image, m.Platform.Architecture)
		})
	}
	t.Run("again", func(t *testing.T) {
		again, err := write(t, "").IndexManifest()
		must(t, err)
		for i, m := range again.Manifests {
			if m.Digest != manifest.Manifests[i].Digest {
				t.Errorf("%s: the same sources gave %s and %s", m.Platform.Architecture, manifest.Manifests[i].Digest, m.Digest)
			}
		}
	})
}

func write(t *testing.T, to string) v1.ImageIndex {
	t.Helper()
	s := settings{context: "../..", output: filepath.Join(t.TempDir(), "image"), version: testVersion, arches: "amd64,arm64", push: to}
	must(t, s.write())
	path, err := layout.FromPath(s.output)
	must(t, err)
	index, err := path.ImageIndex()
	must(t, err)
	return index
}

// pull gets an index from a registry, which must be the one that was written.
func pull(t *testing.T, from string, written v1.ImageIndex) v1.ImageIndex {
	t.Helper()
	reference, err := name.ParseReference(from)
	must(t, err)
	index, err := remote.Index(reference)
	must(t, err)
	want, err := written.Digest()
	must(t, err)
	if got, err := index.Digest(); got != want {
		t.Errorf("the registry has %s (%v), want %s", got, err, want)
	}
	return index
}

func checkConfig(t *testing.T, image v1.Image, arch string) {
	t.Helper()
	file, err := image.ConfigFile()
	must(t, err)
	c := file.Config
	if file.OS != "linux" || file.Architecture != arch || c.User != "65532:65532" || !slices.Equal(c.Entrypoint, []string{"/manager"}) {
		t.Errorf("config is %s/%s, user %s, entrypoint %v", file.OS, file.Architecture, c.User, c.Entrypoint)
	}
	for _, label := range []string{"title", "description", "source", "licenses", "version"} {
		if c.Labels["org.opencontainers.image."+label] == "" {
			t.Errorf("there is no label %s: %v", label, c.Labels)
		}
	}
	if v := c.Labels["org.opencontainers.image.version"]; v != testVersion {
		t.Errorf("the version is %s", v)
	}
	for _, port := range manifestPorts(t) {
		if _, exposed := c.ExposedPorts[port+"/tcp"]; !exposed {
			t.Errorf("port %s of the manifests is not exposed", port)
		}
	}
}

// manifestPorts are the containerPorts of the StatefulSet.
func manifestPorts(t *testing.T) (ports []string) {
	t.Helper()
	text, err := os.ReadFile("../../config/manager/statefulset.yaml")
	must(t, err)
	for _, found := range regexp.MustCompile(`containerPort: (\d+)`).FindAllSubmatch(text, -1) {
		ports = append(ports, string(found[1]))
	}
	if len(ports) == 0 {
		t.Fatal("the StatefulSet has no ports")
	}
	return ports
}

// checkFiles: one static program, an empty folder for the journal, and no shell, since there is nothing else.
func checkFiles(t *testing.T, image v1.Image, arch string) {
	t.Helper()
	var names []string
	stream := mutate.Extract(image)
	defer stream.Close()
	for reader := tar.NewReader(stream); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		names = append(names, header.Name)
		switch header.Name {
		case "manager":
			program, err := io.ReadAll(reader)
			must(t, err)
			if header.Mode != 0o755 || header.Uid != 0 || header.Gid != 0 {
				t.Errorf("/manager is of %d:%d with mode %o, want 0:0 and 755", header.Uid, header.Gid, header.Mode)
			}
			checkProgram(t, program, arch)
		case "var/lib/imgroup":
			if header.Uid != 65532 || header.Gid != 65532 || header.Typeflag != tar.TypeDir {
				t.Errorf("/var/lib/imgroup is of %d:%d, type %c", header.Uid, header.Gid, header.Typeflag)
			}
		}
	}
	slices.Sort(names)
	if want := []string{"manager", "var/lib/imgroup"}; !slices.Equal(names, want) {
		t.Errorf("the image has %v, want %v", names, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
