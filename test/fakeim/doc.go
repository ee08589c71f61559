// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fakeim is a fake Tencent Cloud Chat for tests, benchmarks and the demo. Sender is its callback half: it
// signs and sends callbacks as captured traffic has them, and can be told to do it wrong.
package fakeim
