// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package imcloud is a client for Tencent Cloud Chat's REST API: it lists the groups of one application and reads their
// current state, page by page, so that memory does not grow with the number of groups.
//
// Every error has one of four types, which say what may help: ConfigurationError (a person must change something),
// BackOffError (wait), UnavailableError (retry later; the client has already retried a few times) and RequestError (a
// bug in the operator). There are also ErrHostNotAllowed, from New, and the errors of the caller's context. The texts
// are fixed: they contain nothing that a server sent, no URL, no signature and no key. The package logs nothing.
//
// Statements about the protocol are from Tencent's documents "RESTful API Overview", "Generating UserSig", "Getting All
// Groups in an App", "Getting Group Profiles" and "Error Codes".
package imcloud
