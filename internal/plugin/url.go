// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

const urlHelp = `Show what to paste into the callback settings of the Chat console, whether the callbacks must be signed, and
whether the operator is ready for them.

Without a name all IMApps of the namespace are shown, in a table if there are several.`

const urlExample = `  # The only IMApp of the namespace, or a table of all
  kubectl imgroup url

  # One IMApp
  kubectl imgroup url chat -n im

  # The URL alone, for a script
  kubectl imgroup url chat -o json | jq -r .url`

// endpoint is what url tells of an IMApp.
type endpoint struct {
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	SDKAppID    int64  `json:"sdkAppID"`
	URL         string `json:"url,omitempty"` // absent: the operator does not know its address
	Path        string `json:"path"`
	Signed      bool   `json:"signed"`
	TokenSecret string `json:"tokenSecret,omitempty"`
	Ready       bool   `json:"ready"` // callbacks are accepted
	Suspended   bool   `json:"suspended,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Message     string `json:"message,omitempty"`
}

func (p *plugin) urlCommand() *cobra.Command {
	var format output
	var all bool
	c := &cobra.Command{
		Use:               "url [IMAPP]",
		Short:             "Show what to paste into the Chat console",
		Long:              urlHelp,
		Example:           urlExample,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.names(appNames, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return usage("an IMApp's name and --all-namespaces do not go together")
			}
			return p.url(c.Context(), args, all, format)
		},
	}
	c.Flags().BoolVarP(&all, "all-namespaces", "A", false, "all namespaces")
	format.addTo(c, "json: an object for one name, else a list")
	return c
}

func (p *plugin) url(ctx context.Context, args []string, all bool, format output) error {
	k, err := p.connect()
	if err != nil {
		return err
	}
	if len(args) > 0 {
		app, err := k.app(ctx, args[0])
		if err != nil {
			return err
		}
		if format == outputJSON {
			return p.printJSON(endpointOf(app))
		}
		return p.printEndpoint(endpointOf(app))
	}
	var apps imv1alpha1.IMAppList
	if err := k.List(ctx, &apps, client.InNamespace(k.scope(all))); err != nil {
		return err
	}
	return p.printEndpoints(apps.Items, format, k.scope(all))
}

// app reads an IMApp, which may be written as imapp/NAME.
func (c *cluster) app(ctx context.Context, arg string) (*imv1alpha1.IMApp, error) {
	name, err := nameOf(arg, kindApp)
	if err != nil {
		return nil, err
	}
	app := &imv1alpha1.IMApp{}
	return app, c.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: name}, app)
}

func (p *plugin) printEndpoints(apps []imv1alpha1.IMApp, format output, namespace string) error {
	all := make([]endpoint, 0, len(apps))
	for i := range apps {
		all = append(all, endpointOf(&apps[i]))
	}
	switch {
	case format == outputJSON:
		return p.printJSON(all)
	case len(all) == 0:
		p.note("No IMApps found%s.", inNamespace(namespace))
		return nil
	case len(all) == 1:
		return p.printEndpoint(all[0])
	}
	rows := make([][]string, 0, len(all))
	for _, e := range all {
		rows = append(rows, []string{e.Namespace, e.Name, yesNo(e.Signed), e.readyWord(), cmp.Or(e.URL, "(host unknown) "+e.Path)})
	}
	return p.screen().Whole().Table([]string{"NAMESPACE", "IMAPP", "SIGNED", "READY", "URL"}, rows)
}

func endpointOf(app *imv1alpha1.IMApp) endpoint {
	e := endpoint{Namespace: app.Namespace, Name: app.Name, SDKAppID: app.Spec.SDKAppID, URL: app.Status.CallbackURL,
		Path: cmp.Or(app.Status.CallbackPath, app.CallbackPath()), Signed: !app.Spec.Callback.AllowUnsigned, Suspended: app.Spec.Suspend}
	if ref := app.Spec.Callback.TokenSecretRef; ref != nil {
		e.TokenSecret = ref.Name
	}
	e.Reason, e.Message = "NoStatus", "The operator has not looked at it: it does not run, or it does not serve this namespace."
	if ready := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionReady); ready != nil {
		e.Ready = ready.Status == "True" && !app.Spec.Suspend
		e.Reason, e.Message = ready.Reason, ready.Message
	}
	return e
}

// readyWord is the condition in the table.
func (e *endpoint) readyWord() string {
	switch {
	case e.Suspended:
		return "suspended"
	case e.Ready:
		return "yes"
	}
	return e.Reason
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func inNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in the namespace " + namespace
}
