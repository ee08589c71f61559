// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// Option changes one callback's query from what Tencent would send.
type Option func(*call)

// call is what the query is made of.
type call struct {
	requestTime string
	sign        *string // nil: the right one
	query       url.Values
	left        []string // parameters left out
	again       url.Values
}

// WithoutSign leaves out Sign; RequestTime stays.
func WithoutSign() Option { return Without("Sign") }

// WithSign sends this signature.
func WithSign(sign string) Option { return func(c *call) { c.sign = &sign } }

// WithSDKAppID sends another application's id.
func WithSDKAppID(id int64) Option { return With("SdkAppid", strconv.FormatInt(id, 10)) }

// WithRequestTime sends this time, rightly signed.
func WithRequestTime(t time.Time) Option {
	return func(c *call) { c.requestTime = strconv.FormatInt(t.Unix(), 10) }
}

// WithCommand sends this command in the URL, whatever the body says.
func WithCommand(command string) Option { return With("CallbackCommand", command) }

// WithPlatform sends this OptPlatform.
func WithPlatform(platform string) Option { return With("OptPlatform", platform) }

// With sets a parameter of the query.
func With(name, value string) Option { return func(c *call) { c.query.Set(name, value) } }

// WithDuplicate sends a parameter once more, with this value, after the first.
func WithDuplicate(name, value string) Option { return func(c *call) { c.again.Add(name, value) } }

// Without leaves a parameter out.
func Without(name string) Option { return func(c *call) { c.left = append(c.left, name) } }

// query builds the query in the order of captured traffic, which is alphabetical: CallbackCommand, ClientIP,
// OptPlatform, RequestTime, SdkAppid, Sign, contenttype.
func (s *Sender) query(body []byte, options []Option) string {
	c := call{requestTime: s.requestTime(), again: url.Values{}, query: url.Values{
		"ClientIP":    {"203.0.113.7"},
		"OptPlatform": {"Web"},
		"SdkAppid":    {strconv.FormatInt(s.SDKAppID, 10)},
		"contenttype": {"json"},
	}}
	if command := commandOf(body); command != "" {
		c.query.Set("CallbackCommand", command)
	}
	for _, o := range options {
		o(&c)
	}
	c.signWith(s.Token)
	for name, values := range c.again {
		c.query[name] = append(c.query[name], values...)
	}
	for _, name := range c.left {
		c.query.Del(name)
	}
	return c.query.Encode()
}

// signWith adds RequestTime and Sign. Values that were set before stay.
func (c *call) signWith(token string) {
	if token == "" && c.sign == nil {
		return
	}
	if !c.query.Has("RequestTime") {
		c.query.Set("RequestTime", c.requestTime)
	}
	if c.sign != nil {
		c.query.Set("Sign", *c.sign)
	} else if !c.query.Has("Sign") {
		c.query.Set("Sign", Sign(token, c.query.Get("RequestTime")))
	}
}

func (s *Sender) requestTime() string {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	return strconv.FormatInt(now().Unix(), 10)
}

// commandOf reads the command of a body, "" if there is none.
func commandOf(body []byte) string {
	var b struct{ CallbackCommand string }
	_ = json.Unmarshal(body, &b) // a body that is broken on purpose names no command
	return b.CallbackCommand
}
