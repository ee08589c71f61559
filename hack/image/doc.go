// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Image builds the Dockerfile's image without a container engine: it reads the Dockerfile, copies what that copies, runs its
// build for each platform, and assembles the layers into an OCI layout with an index.
//
//	go run -C hack/image . -o ../../bin/image -version v0.1.0
//
// The base is empty unless -base names an image in a registry, such as the Dockerfile's own; -push names where the images go.
// The same sources, version and Go give the same digests. Its tests check what is in the image.
package main
