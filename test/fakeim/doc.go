// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fakeim is a fake Tencent Cloud Chat for tests, benchmarks and the demo. It has two halves.
//
// Sender is the callback half: it signs and sends callbacks like those in captured traffic, and can be set to do so
// incorrectly.
//
// Cloud is an application with its groups: users and the REST API change them, the REST API lists and returns them, and
// every change that Tencent reports becomes a callback, which Sender delivers in order or in a chosen Disorder, twice
// or not at all. Faults can be injected, calls are counted. With the same seed and the same changes,
// everything repeats exactly. It answers what Tencent documents ("RESTful API Overview", "Error Codes" and the page of each
// command); if in doubt, it gives the answer that is harder to handle.
package fakeim
