// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

const sendHelp = `Send a test callback of a group through the real endpoint, signed as Tencent does it, and explain the answer.

GROUP is the group's ID as Tencent sends it, such as @TGS#2J4SZEAEL, or imgroup/NAME. Without --name and the like no
text changes: it tests the way. With them the IMGroup takes the values, until the group's next change or a resync;
an empty value says that the text is empty.

The token is read from the Secret that the IMApp names, with your rights, or from --token-file; it is never printed.
The endpoint is the IMApp's own URL, or --url: the part before /callbacks is enough. If the URL cannot be reached from
here, forward a port to the operator and name that.`

const sendExample = `  # Does a callback come through? Nothing is changed
  kubectl imgroup send chat @TGS#2J4SZEAEL

  # Change a text and wait until the IMGroup shows it
  kubectl imgroup send chat @TGS#2J4SZEAEL --notification '22:00 maintenance' --wait

  # From outside, by a forwarded port
  kubectl -n imgroup-system port-forward service/imgroup-operator 8090 &
  kubectl imgroup send chat imgroup/announcements --name 公告 --url http://127.0.0.1:8090

  # The group was disbanded five minutes ago
  kubectl imgroup send chat @TGS#2J4SZEAEL --command destroyed --event-time -5m`

// commands are those that the operator handles, with short names.
var commands = map[string]string{"changed": callback.InfoChanged, "created": callback.Created,
	"destroyed": callback.Destroyed, "owner": callback.OwnerChanged}

// sendOptions are the flags of send.
type sendOptions struct {
	command, eventTime, groupType, operator, platform string
	name, introduction, notification, faceURL, owner  string
	custom                                            []string
	url, tokenFile, authority                         string
	insecure, wait                                    bool
	timeout                                           time.Duration
	format                                            output
	set                                               func(flag string) bool // whether it was given
}

func (p *plugin) sendCommand() *cobra.Command {
	o := &sendOptions{}
	c := &cobra.Command{
		Use:     "send IMAPP GROUP",
		Short:   "Send a signed test callback and explain the answer",
		Long:    sendHelp,
		Example: sendExample,
		Args:    arguments(cobra.ExactArgs(2)),
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return p.names(groupWords(args[0]), 2)(c, nil, typed)
			}
			return p.names(appNames, 1)(c, args, typed)
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.set = c.Flags().Changed
			if err := cmp.Or(checkTimeout(c, o.timeout), checkGroup(args[1])); err != nil {
				return err
			}
			return p.send(c.Context(), args[0], args[1], o)
		},
	}
	o.addTo(c)
	return c
}

func (o *sendOptions) addTo(c *cobra.Command) {
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
	o.format.addTo(c, "json: one object, at the end")
	_ = c.RegisterFlagCompletionFunc("command", cobra.FixedCompletions([]string{"changed", "created", "destroyed", "owner"}, cobra.ShellCompDirectiveNoFileComp))
}

func (p *plugin) send(ctx context.Context, appArg, groupArg string, o *sendOptions) error {
	k, err := p.connect()
	if err != nil {
		return err
	}
	app, err := k.app(ctx, appArg)
	if err != nil {
		return err
	}
	message, err := p.callback(ctx, k, app, groupArg, o)
	if err != nil {
		return err
	}
	sender, from, err := p.sender(ctx, k, app, o)
	if err != nil {
		return err
	}
	if o.format == outputJSON {
		return p.sendAsJSON(ctx, k, app, message, sender, o)
	}
	if err := p.printSent(message, sender, from); err != nil {
		return err
	}
	answer, err := sender.Send(ctx, message)
	if err != nil {
		return unreachable(err)
	}
	if err := cmp.Or(p.printAnswer(answer), refusal(answer)); err != nil || !o.wait {
		return err
	}
	groups, err := p.awaitShown(ctx, k, app, message, o.timeout)
	for i := range groups {
		err = cmp.Or(err, p.printShown(&groups[i], message))
	}
	return err
}

func refusal(a callback.Answer) error {
	if a.OK() {
		return nil
	}
	return refused("the callback was refused with HTTP %d", a.HTTPStatus)
}

func (p *plugin) printSent(c *callback.Callback, s *callback.Sender, from string) error {
	text := fmt.Sprintf("%s of the group %s, event time %s", c.Command, c.GroupID, c.EventTime.UTC().Format(timeFormat))
	if err := paragraph(p.screen(), "Sent", text); err != nil {
		return err
	}
	return paragraph(p.screen(), "To", s.URL, from)
}

func (p *plugin) printAnswer(a callback.Answer) error {
	s, style := p.screen(), screen.Green
	if !a.OK() {
		style = screen.Red
	}
	text := fmt.Sprintf("HTTP %d", a.HTTPStatus)
	if !a.Foreign {
		text += fmt.Sprintf(" %s %d %s", a.ActionStatus, a.ErrorCode, a.ErrorInfo)
	}
	label := s.Paint(screen.Bold, terminal.Cell("Answer", labelWidth))
	if err := s.Line("%s%s in %d ms", label, s.Paint(style, terminal.Visible(strings.TrimSpace(text))), a.Duration.Milliseconds()); err != nil {
		return err
	}
	return paragraph(s, "", callback.Explain(a))
}
