// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import "fmt"

// Codes that the REST API answers with ("Error Codes").
const (
	CodeInternal       = 10002
	CodeCommand        = 10003
	CodeParameter      = 10004
	CodeListFrequency  = 10006
	CodePermission     = 10007
	CodeNoGroup        = 10010
	CodeInvalidGroup   = 10015
	CodeTooLarge       = 10018
	CodeIDTaken        = 10021
	CodeURL            = 60002
	CodeJSON           = 60003
	CodeSDKAppID       = 60006
	CodeFrequency      = 60007
	CodePath           = 60009
	CodeNotAdmin       = 60010
	CodeNoSDKAppID     = 60012
	CodeExpired        = 70001
	CodeNoSig          = 70002
	CodeBadSig         = 70003
	CodeWrongKey       = 70009
	CodeOtherID        = 70013
	CodeOtherApp       = 70014
	CodeUnknownApp     = 70020 // also for the host of another region
	CodeVerifications  = 70050
	CodeAuthentication = 70169 // the server failed
)

// Failure is what the REST API answers when it fails.
type Failure struct {
	Code int
	Info string
}

// Error has code and text.
func (f *Failure) Error() string { return fmt.Sprintf("%d %s", f.Code, f.Info) }

func failure(code int, info string) error { return &Failure{code, info} }
