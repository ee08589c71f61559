// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// startStateMetrics starts kube-state-metrics with a configuration, and the arguments and rights of the recipe, and returns
// its page's address.
func startStateMetrics(t *testing.T, config []byte) string {
	t.Helper()
	kubectl(t, adminConfig(), "apply", "-k", folder+"kube-state-metrics")
	var d appsv1.Deployment
	decode(t, "kube-state-metrics/deployment.yaml", &d, &corev1.Service{})
	pod, dir := d.Spec.Template.Spec, t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "config.yaml"), config, 0o600))
	var args []string
	for _, a := range pod.Containers[0].Args {
		args = append(args, strings.Replace(a, pod.Containers[0].VolumeMounts[0].MountPath, dir, 1))
	}
	port := freePort(t)
	args = append(args, "--kubeconfig="+account(t, "imgroup-system", pod.ServiceAccountName), "--host=127.0.0.1",
		fmt.Sprintf("--port=%d", port), "--telemetry-host=127.0.0.1", fmt.Sprintf("--telemetry-port=%d", freePort(t)))
	start(t, child.Options{Path: filepath.Join(world.bin, "kube-state-metrics"), Args: args, Log: filepath.Join(dir, "log")})
	return "http://" + local(port) + "/metrics"
}

func stateMetricsFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(folder + "kube-state-metrics/" + name)
	must(t, err)
	return text
}

// scrape reads the page and returns it with the metrics in it.
func scrape(url string) (page []byte, families map[string]*dto.MetricFamily, err error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if page, err = io.ReadAll(response.Body); err != nil {
		return nil, nil, err
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err = parser.TextToMetricFamilies(bytes.NewReader(page))
	return page, families, err
}

// series are those of one object, as text without what all series have.
func series(families map[string]*dto.MetricFamily, label, object string) (all []string) {
	for name, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			mine := false
			for _, l := range m.GetLabel() {
				mine = mine || l.GetName() == label && l.GetValue() == object
				if l.GetName() != label && l.GetName() != "namespace" && !strings.HasPrefix(l.GetName(), "customresource_") {
					labels = append(labels, l.GetName()+"="+l.GetValue())
				}
			}
			if mine {
				all = append(all, fmt.Sprintf("%s{%s} %.0f", name, strings.Join(labels, ","), m.GetGauge().GetValue()))
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestKubeStateMetricsShowsGroupsAndApps(t *testing.T) {
	change(t, "Metrics 1", 1000, fakeim.Body{"Name": nasty, "Notification": nasty, "Introduction": nasty, "FaceUrl": nasty, "Type": nasty,
		"Operator_Account": nasty, "UserDefinedDataList": fakeim.CustomFields(nasty, nasty)})
	change(t, "metrics-2", 3000, fakeim.Body{"Notification": "n"})
	send(t, fakeim.Destroyed("metrics-2", at(4000), nasty, nasty))
	first, second := awaitNotification(t, "Metrics 1", nasty), awaitNotification(t, "metrics-2", "n")
	url := startStateMetrics(t, stateMetricsFile(t, "config.yaml"))
	eventually(t, "the metrics of groups", func() error {
		_, families, err := scrape(url)
		return errors.Join(err,
			differs([]string{
				"kube_imgroup_info{imapp=chat} 1",
				"kube_imgroup_status_condition{condition=Ready,reason=Tracking} 1",
				"kube_imgroup_status_condition{condition=Synced,reason=AllFieldsKnown} 1",
				"kube_imgroup_status_last_change_timestamp_seconds{} 1767225601",
			}, series(families, "imgroup", first.Name)),
			differs([]string{
				"kube_imgroup_info{imapp=chat} 1",
				"kube_imgroup_status_condition{condition=Destroyed,reason=Disbanded} 1",
				"kube_imgroup_status_condition{condition=Ready,reason=Tracking} 1",
				"kube_imgroup_status_condition{condition=Synced,reason=Partial} 0",
				"kube_imgroup_status_destroyed_timestamp_seconds{} 1767225604",
				"kube_imgroup_status_last_change_timestamp_seconds{} 1767225604",
			}, series(families, "imgroup", second.Name)))
	})
	checkAppMetrics(t, url)
	checkBounds(t, url)
}

func checkAppMetrics(t *testing.T, url string) {
	t.Helper()
	eventually(t, "the metrics of the app", func() error {
		_, families, err := scrape(url)
		var kept []string
		for _, s := range series(families, "imapp", appName) {
			if !strings.Contains(s, "imgroup_info") && !strings.Contains(s, "status_groups") && !strings.Contains(s, "last_change") {
				kept = append(kept, s)
			}
		}
		return errors.Join(err, differs([]string{
			"kube_imapp_info{sdk_app_id=1400000001} 1",
			"kube_imapp_spec_suspend{} 0",
			"kube_imapp_status_condition{condition=CallbackAuthenticated,reason=Signed} 1",
			"kube_imapp_status_condition{condition=Ready,reason=Ready} 1",
		}, kept))
	})
}

// bounded are the labels: names of objects, and words of the API.
var bounded = []string{"namespace", "imapp", "imgroup", "condition", "reason", "sdk_app_id",
	"customresource_group", "customresource_version", "customresource_kind"}

// checkBounds sees that the names are good ones, and that no label has what a stranger typed.
func checkBounds(t *testing.T, url string) {
	t.Helper()
	page, families, err := scrape(url)
	must(t, err)
	problems, err := promlint.New(bytes.NewReader(page)).Lint()
	must(t, err)
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "kube_im") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	for name, f := range families {
		if !strings.HasPrefix(name, "kube_im") {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if !slices.Contains(bounded, l.GetName()) || len(l.GetValue()) > 253 || strings.Contains(l.GetValue(), "evil") {
					t.Errorf("%s has the label %s=%q", name, l.GetName(), l.GetValue())
				}
			}
		}
	}
}

// A path that is mistyped shows nothing and says nothing: each metric has a value for some state of an object. So has the
// one that the README adds.
func TestEveryConfiguredMetricExists(t *testing.T) {
	_, added, _ := strings.Cut(string(stateMetricsFile(t, "README.md")), "```yaml\n")
	added, _, _ = strings.Cut(added, "```")
	config := string(stateMetricsFile(t, "config.yaml")) + "    " + strings.ReplaceAll(strings.TrimSpace(added), "\n", "\n    ") + "\n"
	app := live(t, "IMApp", appName)
	app.SetName("complete")
	app.SetResourceVersion("")
	app.SetUID("")
	must(t, world.admin.Create(t.Context(), app))
	status := `{"status":{"groups":7,"lastChangeTime":"2026-11-23T06:27:25.000000Z","resync":{"watermark":"2026-11-23T06:27:26.000000Z"}}}`
	must(t, world.admin.Status().Patch(t.Context(), app, client.RawPatch("application/merge-patch+json", []byte(status))))
	t.Cleanup(func() { _ = world.admin.Delete(context.WithoutCancel(t.Context()), app) })
	change(t, "metrics-3", 3000, fakeim.Body{"Name": "Operations"})
	send(t, fakeim.Destroyed("metrics-3", at(4000), "leckie", "x"))
	url := startStateMetrics(t, []byte(config))
	eventually(t, "every metric", func() error {
		_, families, err := scrape(url)
		if err != nil {
			return err
		}
		for line := range strings.Lines(config) {
			name, is := strings.CutPrefix(strings.TrimSpace(line), "- name: ")
			if is && len(families["kube_"+name].GetMetric()) == 0 {
				return errors.New("nothing shows kube_" + name)
			}
		}
		return differs(true, slices.Contains(series(families, "imapp", "complete"), "kube_imapp_status_resync_watermark_timestamp_seconds{} 1795415246"))
	})
}
