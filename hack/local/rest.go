// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// userSigSeconds is how long a UserSig for the printed command is good: a week.
const userSigSeconds = 7 * 24 * 3600

// userSig signs in the name of the administrator.
func (c *cloud) userSig() string {
	return fakeim.UserSig(c.key, cloudAdmin, cloudSDKAppID, time.Now(), userSigSeconds)
}

// saveUserSig writes a new UserSig into a file, from where the printed command takes it.
func (c *cloud) saveUserSig(file string) error {
	return os.WriteFile(file, []byte(c.userSig()), 0o600)
}

// modifyURL is the URL of Tencent's REST call that changes a group, with parts that a shell may fill in.
func (c *cloud) modifyURL(userSig, random string) string {
	return fmt.Sprintf("%s/v4/group_open_http_svc/modify_group_base_info?sdkappid=%d&identifier=%s&usersig=%s&random=%s&contenttype=json",
		c.url, cloudSDKAppID, cloudAdmin, userSig, random)
}

// restCommand is a command for a shell that renames a group through the REST API, as a backend of the application does.
func (c *cloud) restCommand(userSigFile string) string {
	return fmt.Sprintf(`( curl -sS -X POST -H 'Content-Type: application/json' \
    "%s" \
    -d '{"GroupId":"%s","Name":"東京 '"$(date +%%T)"'"}'
  echo )`, c.modifyURL("$(cat "+shellQuote(userSigFile)+")", "$(date +%s)"), tokyoGroup)
}

// rename makes the same call.
func (c *cloud) rename(ctx context.Context, groupID, name string) error {
	body, err := fakeim.Encode(fakeim.Body{"GroupId": groupID, "Name": name})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.modifyURL(c.userSig(), "1"), bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		ErrorCode int
		ErrorInfo string
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("reading the answer of the REST API: %w", err)
	}
	if answer.ErrorCode != 0 {
		return fmt.Errorf("the REST API answers error %d: %s", answer.ErrorCode, answer.ErrorInfo)
	}
	return nil
}
