// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Image makes what the Dockerfile makes, where no container engine runs: it reads the Dockerfile, copies what that copies,
// runs its build for each platform, and puts the layers together as an OCI layout with an index.
//
//	go run -C hack/image . -o ../../bin/image -version v0.1.0
//
// The base is empty unless -base names an image in a registry, such as the Dockerfile's own. The same sources, version and Go
// give the same digests. Its tests check what is in the image.
package main
