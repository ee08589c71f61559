// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

// curlCommand is a command for a shell that sends the documented callback with the time and the signature of the
// moment it is run. The token stays in its file: neither the printed text nor the process list has it.
func curlCommand(tokenFile, url string) string {
	return fmt.Sprintf(`( t=$(date +%%s)
  sign=$(printf '%%s%%s' "$(cat %s)" "$t" | { sha256sum 2>/dev/null || shasum -a 256 2>/dev/null || openssl dgst -sha256 -r; } | cut -d ' ' -f 1)
  curl -sS -X POST -H 'Content-Type: application/json' \
    %s"?CallbackCommand=Group.CallbackAfterGroupInfoChanged&OptPlatform=Web&RequestTime=$t&SdkAppid=%d&Sign=$sign&contenttype=json" \
    -d '{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","EventTime":"'"$t"'000","GroupId":"@TGS#2J4SZEAEL","Notification":"Sent at '"$(date +%%T)"'","Operator_Account":"leckie","Type":"Public"}'
  echo )`, shellQuote(tokenFile), shellQuote(url), sampleSDKAppID)
}

// shellQuote makes one word of a text for any POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
