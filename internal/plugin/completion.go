// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// completionTimeout bounds a question to the cluster while somebody waits for the tab key.
const completionTimeout = 3 * time.Second

// kubectlScript lets kubectl complete the plugin.
//
//go:embed kubectl_complete-imgroup
var kubectlScript string

const completionHelp = `Print a script that completes commands, flags and the names of IMApps and IMGroups in a shell.

After kubectl, as in 'kubectl imgroup url <TAB>', kubectl itself does the completing: set up its own completion
('kubectl completion --help'), and put the script of 'kubectl imgroup completion kubectl' into the PATH as an
executable file with the name kubectl_complete-imgroup. For kubectl-imgroup as a command of its own, take the script
of your shell.`

const completionExample = `  # kubectl imgroup <TAB>
  kubectl imgroup completion kubectl >~/.local/bin/kubectl_complete-imgroup && chmod +x ~/.local/bin/kubectl_complete-imgroup

  # kubectl-imgroup <TAB>, in this bash
  source <(kubectl imgroup completion bash)`

func (p *plugin) completionCommand() *cobra.Command {
	scripts := map[string]func(*cobra.Command, io.Writer) error{
		"bash":       func(c *cobra.Command, w io.Writer) error { return c.GenBashCompletionV2(w, true) },
		"zsh":        func(c *cobra.Command, w io.Writer) error { return c.GenZshCompletion(w) },
		"fish":       func(c *cobra.Command, w io.Writer) error { return c.GenFishCompletion(w, true) },
		"powershell": func(c *cobra.Command, w io.Writer) error { return c.GenPowerShellCompletionWithDesc(w) },
		"kubectl":    func(_ *cobra.Command, w io.Writer) error { _, err := io.WriteString(w, kubectlScript); return err },
	}
	return &cobra.Command{
		Use:       "completion {bash|zsh|fish|powershell|kubectl}",
		Short:     "Print a script that completes commands and names in a shell",
		Long:      completionHelp,
		Example:   completionExample,
		ValidArgs: []cobra.Completion{"bash", "zsh", "fish", "powershell", "kubectl"},
		Args:      arguments(cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)),
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			delete(root.Annotations, cobra.CommandDisplayNameAnnotation) // scripts are for the file's name
			return scripts[args[0]](root, p.Out)
		},
	}
}

// completer completes the next argument of a command.
type completer = func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective)

// names completes names from the cluster; without a bound with max 0.
func (p *plugin) names(list func(context.Context, *cluster) ([]cobra.Completion, error), max int) completer {
	return func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if max > 0 && len(args) >= max {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return p.complete(c.Context(), args, typed, list)
	}
}

func (p *plugin) complete(ctx context.Context, args []string, typed string, list func(context.Context, *cluster) ([]cobra.Completion, error)) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	k, err := p.connect()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	all, err := list(ctx, k)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return slices.DeleteFunc(all, func(name cobra.Completion) bool {
		plain, _, _ := strings.Cut(name, "\t")
		return !strings.HasPrefix(plain, typed) || slices.Contains(args, plain)
	}), cobra.ShellCompDirectiveNoFileComp
}

func appNames(ctx context.Context, k *cluster) (names []cobra.Completion, err error) {
	var apps imv1alpha1.IMAppList
	err = k.List(ctx, &apps, client.InNamespace(k.namespace))
	for i := range apps.Items {
		names = append(names, cobra.CompletionWithDesc(apps.Items[i].Name, fmt.Sprint("SDKAppID ", apps.Items[i].Spec.SDKAppID)))
	}
	return names, err
}

func groupNames(ctx context.Context, k *cluster) (names []cobra.Completion, err error) {
	err = eachGroup(ctx, k, "", func(g *imv1alpha1.IMGroup) {
		names = append(names, cobra.CompletionWithDesc(g.Name, oneLine(g.Spec.GroupID)))
	})
	return names, err
}

// groupIDs are the IDs of an IMApp's groups.
func groupIDs(app string) func(context.Context, *cluster) ([]cobra.Completion, error) {
	return func(ctx context.Context, k *cluster) (ids []cobra.Completion, err error) {
		err = eachGroup(ctx, k, app, func(g *imv1alpha1.IMGroup) { ids = append(ids, g.Spec.GroupID) })
		return slices.Compact(ids), err
	}
}

func eachGroup(ctx context.Context, k *cluster, app string, f func(*imv1alpha1.IMGroup)) error {
	var groups imv1alpha1.IMGroupList
	err := k.List(ctx, &groups, client.InNamespace(k.namespace))
	for i := range groups.Items {
		if g := &groups.Items[i]; app == "" || g.Spec.AppRef.Name == app {
			f(g)
		}
	}
	return err
}

// either completes both kinds of names, IMGroups with their kind before them.
func either(ctx context.Context, k *cluster) ([]cobra.Completion, error) {
	names, err := appNames(ctx, k)
	if err != nil {
		return nil, err
	}
	groups, err := groupNames(ctx, k)
	for _, name := range groups {
		names = append(names, kindGroup+"/"+name)
	}
	return names, err
}
