// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The commands of the REST API that are served.
const (
	commandList    = "get_appid_group_list"
	commandInfo    = "get_group_info"
	commandCreate  = "create_group"
	commandModify  = "modify_group_base_info"
	commandOwner   = "change_group_owner"
	commandDestroy = "destroy_group"

	restPath = "/v4/group_open_http_svc/"
)

// ServeHTTP serves the REST API.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	command := strings.TrimPrefix(r.URL.Path, restPath)
	c.calls.add(command)
	w.Header().Set("Date", c.now().UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "application/json")
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxRequest+1)) // one that breaks is found out below
	r.Body = io.NopCloser(bytes.NewReader(body))
	if fault, found := c.faults.take(command, body); found {
		fault.apply(w, r)
		return
	}
	answer, err := c.answer(command, r)
	text, _ := Encode(answer) // made of strings and numbers
	if err == nil && len(text) > c.config.MaxAnswer {
		err = failure(CodeTooLarge, "the answer is over 1 MB")
	}
	if err != nil {
		text, _ = Encode(failed(err))
	}
	_, _ = w.Write(text) // a client that went away is not our problem
}

// failed is the answer for an error.
func failed(err error) Body {
	f := &Failure{CodeInternal, "internal error"}
	_ = errors.As(err, &f)
	return Body{"ActionStatus": "FAIL", "ErrorCode": f.Code, "ErrorInfo": f.Info}
}

// succeeded is the answer of a success, with more members.
func succeeded(members Body) Body {
	return members.With("ActionStatus", "OK").With("ErrorCode", 0).With("ErrorInfo", "")
}

// answer checks a request from the outside in and executes it.
func (c *Cloud) answer(command string, r *http.Request) (Body, error) {
	execute := c.executor(command)
	switch {
	case r.Method != http.MethodPost:
		return nil, failure(CodeURL, "not a POST")
	case !strings.HasPrefix(r.URL.Path, restPath):
		return nil, failure(CodePath, "no such service")
	case execute == nil:
		return nil, failure(CodeCommand, "no such command")
	}
	if err := c.authorise(r.URL.Query()); err != nil {
		return nil, err
	}
	if err := c.rates.allow(command); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequest))
	if err != nil {
		return nil, failure(CodeJSON, "the body is too large, or broke")
	}
	return execute(body)
}

func (c *Cloud) executor(command string) func([]byte) (Body, error) {
	return map[string]func([]byte) (Body, error){
		commandList: c.list, commandInfo: c.info,
		commandCreate: c.create, commandModify: c.modify, commandOwner: c.changeOwner, commandDestroy: c.destroy,
	}[command]
}

// authorise checks the parameters of the URL.
func (c *Cloud) authorise(q url.Values) error {
	id, err := strconv.ParseInt(q.Get("sdkappid"), 10, 64)
	_, noRandom := strconv.ParseUint(q.Get("random"), 10, 32)
	switch {
	case !q.Has("sdkappid"):
		return failure(CodeNoSDKAppID, "no sdkappid")
	case err != nil || id < 1:
		return failure(CodeSDKAppID, "invalid sdkappid")
	case id != c.config.SDKAppID:
		return failure(CodeUnknownApp, "unknown sdkappid")
	case noRandom != nil || q.Get("contenttype") != "json":
		return failure(CodeURL, "random or contenttype missing")
	}
	if err := verify(q.Get("usersig"), c.config.Key, q.Get("identifier"), id, c.now()); err != nil {
		return err
	}
	if q.Get("identifier") != c.config.Admin {
		return failure(CodeNotAdmin, "not an administrator")
	}
	return nil
}
