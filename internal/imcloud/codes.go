// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import "time"

// Codes that the client itself acts upon ("Error Codes").
const (
	codeOK            = 0
	codeParameter     = 10004
	codeGroupGone     = 10010
	codeGroupInvalid  = 10015
	codeTooLarge      = 10018
	codeSigExpired    = 70001
	codeVerifications = 70050
	codeNotANumber    = -1 // ours: the answer has no readable code
)

// class says what may help against an error.
type class uint8

const (
	retry class = iota // also of codes that are not known
	configuration
	backOff
	bug
	size
)

type verdict struct {
	class class
	words string
}

const (
	wordsKey     = "the signature is refused: the secret key is not the one of this application"
	wordsLimited = "the application has spent its rate; lower queriesPerSecond if other services call the REST API too"
	wordsServer  = "Tencent's server failed or took too long"
	wordsRequest = "the server calls the request malformed; this is a fault of the operator"
)

// verdicts are the documented codes ("Error Codes", "RESTful API Overview") that can concern the calls we make.
var verdicts = map[int]verdict{
	10002:             {retry, wordsServer},
	10003:             {bug, wordsRequest},
	codeParameter:     {bug, wordsRequest},
	10006:             {backOff, "the list of all groups is asked for too often; another service may be asking too"},
	10007:             {configuration, "the administrator may not do this; check its role in the console"},
	codeGroupGone:     {size, "the group does not exist or was disbanded"},
	codeGroupInvalid:  {size, "the group ID is invalid, or the group was deleted"},
	10016:             {configuration, "the application's own callback refused the call; check the backend behind its callback URL"},
	codeTooLarge:      {size, "the answer would be larger than 1 MB"},
	10026:             {configuration, "this command is disabled for the application; ask Tencent to enable it"},
	60002:             {bug, wordsRequest},
	60003:             {bug, wordsRequest},
	60004:             {configuration, "the administrator's UserID or the signature is refused; check the UserID and the secret key"},
	60005:             {configuration, "the administrator's UserID or the signature is refused; check the UserID and the secret key"},
	60006:             {configuration, "the SDKAppID is invalid"},
	60007:             {backOff, wordsLimited},
	60008:             {retry, wordsServer},
	60009:             {bug, wordsRequest},
	60010:             {configuration, "the UserID is no administrator of the application; add it to the administrators in the console"},
	60011:             {backOff, wordsLimited},
	60012:             {configuration, "the SDKAppID is missing"},
	60016:             {configuration, "the application is disabled; check its state in the console"},
	60017:             {configuration, "requests of the application are disabled; check its state in the console"},
	60018:             {backOff, wordsLimited},
	60019:             {backOff, wordsLimited},
	60020:             {configuration, "the application's plan has expired; check it in the console"},
	60021:             {configuration, "this IP address may not call the REST API; add it to the list of trusted addresses in the console"},
	codeSigExpired:    {configuration, "the signature has expired as soon as it was made; check this machine's clock"},
	70002:             {configuration, wordsKey},
	70003:             {configuration, wordsKey},
	70005:             {configuration, wordsKey},
	70009:             {configuration, wordsKey},
	70013:             {configuration, "the signature is for another UserID than the request"},
	70014:             {configuration, "the signature is for another SDKAppID than the request"},
	70020:             {configuration, "the host does not know the SDKAppID; check it, and that the base URL is the one of the application's region"},
	codeVerifications: {backOff, "too many requests with a wrong signature have been made; check the secret key"},
	70169:             {retry, wordsServer},
	70202:             {retry, wordsServer},
	70402:             {bug, wordsRequest},
	70403:             {configuration, "the administrator may not do this; check its role in the console"},
	70500:             {retry, wordsServer},
	codeNotANumber:    {retry, wordsAnswer},
}

// codeError is the error for a code that is not 0.
func codeError(command string, code int) error {
	v, known := verdicts[code]
	if !known {
		v.words = "the server answers with a code that this version does not know; see Tencent's page on error codes"
	}
	f := Fault{Command: command, Code: code, Words: v.words}
	switch v.class {
	case configuration:
		return &ConfigurationError{f}
	case backOff:
		return &BackOffError{f, documentedWait(code)}
	case bug:
		return &RequestError{f}
	case size:
		return &sizeError{f}
	}
	return &UnavailableError{f}
}

func documentedWait(code int) time.Duration {
	if code == codeVerifications {
		return verificationWait
	}
	return limitedWait
}
