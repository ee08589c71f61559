// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
)

// commands are those that the operator handles, with short names.
var commands = map[string]string{"changed": callback.InfoChanged, "created": callback.Created,
	"destroyed": callback.Destroyed, "owner": callback.OwnerChanged}

// options are the flags of send.
type options struct {
	command, eventTime, groupType, operator, platform string
	name, introduction, notification, faceURL, owner  string
	custom                                            []string
	url, tokenFile, authority                         string
	insecure, wait                                    bool
	timeout                                           time.Duration
	format                                            cli.Output
	set                                               func(flag string) bool // whether it was given
}

func (o *options) addTo(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.command, "command", "changed", "what happened: changed, created, destroyed or owner")
	f.StringVar(&o.name, "name", "", "the group's name")
	f.StringVar(&o.introduction, "introduction", "", "its introduction")
	f.StringVar(&o.notification, "notification", "", "its notification")
	f.StringVar(&o.faceURL, "face-url", "", "the URL of its picture")
	f.StringArrayVar(&o.custom, "custom", nil, "a custom field, KEY=VALUE; may be repeated")
	f.StringVar(&o.owner, "owner", "", "UserID of its owner; with --command created or owner")
	f.StringVar(&o.groupType, "type", "", "its type (default: as the IMGroup says, else Public)")
	f.StringVar(&o.operator, "operator", "kubectl-imgroup", "UserID of who did it")
	f.StringVar(&o.platform, "platform", "RESTAPI", "where it was done, such as iOS or Web")
	f.StringVar(&o.eventTime, "event-time", "", "when: RFC 3339, milliseconds since 1970, or from now, such as -5m (default: now)")
	f.StringVar(&o.url, "url", "", "the endpoint, with or without the path (default: status.callbackURL of the IMApp)")
	f.StringVar(&o.tokenFile, "token-file", "", "file with the token; - is stdin (default: the Secret of the IMApp)")
	f.StringVar(&o.authority, "callback-certificate-authority", "", "file with the CA of the endpoint's certificate")
	f.BoolVar(&o.insecure, "callback-insecure-skip-tls-verify", false, "do not check the endpoint's certificate")
	f.BoolVar(&o.wait, "wait", false, "wait until the IMGroup shows the change")
	f.DurationVar(&o.timeout, "timeout", 30*time.Second, "how long to wait with --wait")
	o.format.AddTo(c, "json or yaml: one object, at the end")
	_ = c.RegisterFlagCompletionFunc("command", cobra.FixedCompletions([]string{"changed", "created", "destroyed", "owner"}, cobra.ShellCompDirectiveNoFileComp))
}
