// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/operator"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

const (
	logLines  = 5000     // of each Pod, the newest
	logBytes  = 16 << 20 // the same in bytes
	maxGroups = 10000    // more say nothing new
)

// collector reads what a report has. What cannot be read is told in it.
type collector struct {
	*cli.Env

	cluster   *cluster.Cluster
	namespace string // "": all
	files     []file
}

func (c *collector) add(name, what string, v any, err error) {
	f := file{name: name, what: what}
	if err == nil {
		f.text, err = screen.YAML(v)
	}
	if err != nil {
		f.what, f.text = what+": not readable", fmt.Appendln(nil, err)
	}
	c.files = append(c.files, f)
}

func (c *collector) collect(ctx context.Context, operatorNamespace string) {
	pods, err := operator.Pods(ctx, c.cluster, operatorNamespace)
	c.add("pods.yaml", "the operator's Pods", pods, err)
	c.add("version.yaml", "versions of the plugin and of Go", map[string]string{"plugin": c.Version, "go": runtime.Version()}, nil)
	c.apps(ctx)
	c.groups(ctx)
	for _, p := range pods {
		text, err := c.log(ctx, p)
		if err != nil {
			text = fmt.Appendln(nil, err)
		}
		c.files = append(c.files, file{"logs/" + p.Name + ".log", fmt.Sprintf("up to %d lines of its log; values that quote anybody are redacted", logLines), text})
	}
}

func (c *collector) apps(ctx context.Context) {
	var list imv1alpha1.IMAppList
	err := c.cluster.List(ctx, &list, client.InNamespace(c.namespace))
	all := make([]app, 0, len(list.Items))
	for i := range list.Items {
		all = append(all, appFrom(&list.Items[i]))
	}
	c.add("imapps.yaml", "IMApps: switches, counts, times, conditions without messages", all, err)
}

func (c *collector) groups(ctx context.Context) {
	all := []group{}
	err := c.cluster.EachGroup(ctx, c.namespace, func(g *imv1alpha1.IMGroup) bool {
		all = append(all, groupFrom(len(all)+1, g))
		return len(all) < maxGroups
	})
	c.add("imgroups.yaml", fmt.Sprintf("up to %d IMGroups, by number: state, times, conditions without messages", maxGroups), all, err)
}

// log is the log of a Pod, line by line without what it quotes.
func (c *collector) log(ctx context.Context, p operator.Pod) ([]byte, error) {
	httpClient, err := rest.HTTPClientFor(c.cluster.Config)
	if err != nil {
		return nil, err
	}
	base, _, err := rest.DefaultServerUrlFor(c.cluster.Config)
	if err != nil {
		return nil, err
	}
	at := base.JoinPath("api/v1/namespaces", p.Namespace, "pods", p.Name, "log")
	at.RawQuery = fmt.Sprint("tailLines=", logLines)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	response, err := httpClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the log cannot be read: %s", response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, logBytes))
	return redactLog(text), err
}

func redactLog(text []byte) []byte {
	var b strings.Builder
	dropped := 0
	for line := range bytes.Lines(text) {
		if safe := logLine(line); safe != "" {
			b.WriteString(safe)
		} else {
			dropped++
		}
	}
	if dropped > 0 {
		fmt.Fprintf(&b, "%d lines that are no JSON are left out\n", dropped)
	}
	return []byte(b.String())
}
