// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/operator"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

// printer prints ages as of one moment.
type printer struct {
	screen.Screen

	now time.Time
}

func (p *printer) print(s *status) error {
	if err := cmp.Or(p.Paragraph("Operator", podsText(s.Pods, s.Skew)...), p.Paragraph("Groups", s.Groups.text())); err != nil {
		return err
	}
	if len(s.Apps) == 0 {
		return p.Paragraph("IMApps", "none"+words.InNamespace(s.Namespace))
	}
	rows := make([][]string, 0, len(s.Apps))
	for i := range s.Apps {
		a := &s.Apps[i]
		rows = append(rows, []string{a.Namespace + "/" + a.Name, a.Ready, fmt.Sprint(a.Groups), p.age(a.LastChange), p.resync(a)})
	}
	return cmp.Or(p.Line(""), p.Table([]string{"NAMESPACE/IMAPP", "READY", "GROUPS", "CHANGED", "RESYNC"}, rows))
}

func podsText(pods []operator.Pod, skew string) []string {
	if pods == nil {
		return []string{"unknown: its Pods cannot be read"}
	}
	var ready, restarts int
	lines := []string{""}
	for _, p := range pods {
		restarts += int(p.Restarts)
		if p.Ready {
			ready++
		} else {
			lines = append(lines, "Pod "+p.Name+" is not ready: "+p.Why)
		}
	}
	lines[0] = fmt.Sprintf("%d of %s ready, %s", ready, words.Count(len(pods), "Pod"), words.Count(restarts, "restart"))
	if skew != "" {
		lines = append(lines, words.Sentence(skew))
	}
	return lines
}

func (all *groups) text() string {
	text := fmt.Sprintf("%s: %d exist, %d disbanded, of %d nothing was heard yet", words.Count(all.Total, "IMGroup"), all.Exist, all.Disbanded, all.Unknown)
	var not []string
	for _, reason := range slices.Sorted(maps.Keys(all.NotReady)) {
		not = append(not, fmt.Sprintf("%d %s", all.NotReady[reason], reason))
	}
	if len(not) > 0 {
		text += "; not ready: " + strings.Join(not, ", ")
	}
	return text
}

func (p *printer) age(t *metav1.MicroTime) string {
	if t == nil {
		return "-"
	}
	return duration.HumanDuration(max(0, p.now.Sub(t.Time)))
}

// resync is the newest resync in a few words.
func (p *printer) resync(a *appStatus) string {
	switch r := a.Resync; {
	case !a.Rest:
		return "no spec.rest"
	case r == nil || r.StartTime == nil:
		return cmp.Or(a.Resynced, "none yet")
	case r.CompletionTime == nil:
		return "running" + done(r)
	default:
		return fmt.Sprintf("%s, %s ago", a.Resynced, duration.HumanDuration(max(0, p.now.Sub(r.CompletionTime.Time))))
	}
}

func done(r *imv1alpha1.ResyncStatus) string {
	if r.GroupsDone == nil || r.GroupsTotal == nil {
		return ""
	}
	return fmt.Sprintf(", %d of %d", *r.GroupsDone, *r.GroupsTotal)
}
