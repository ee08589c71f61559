// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
)

// maxUnread is how many groups may be odd: with more of them something else is.
const maxUnread = 16

// progress is how far a run is and what it has learned, for the status of its app.
type progress struct {
	app   *imv1alpha1.IMApp // with which the run began
	now   func() time.Time
	start time.Time

	total, done atomic.Int64
	watermark   time.Time       // the start by Tencent's clock; zero until its first answer
	fields      map[string]bool // that were told of every group so far; nil until there was one
	unread      []string        // groups of which the API does not tell
	code        int             // why, of the newest of them
	refused     bool            // the keys of custom fields
}

// note learns from a result.
func (p *progress) note(result imcloud.Result, readable bool) {
	if p.watermark.IsZero() && !result.ServerTime.IsZero() {
		p.watermark = watermark(p.start, p.now(), result.ServerTime)
	}
	p.refused = p.refused || result.KeysRefused
	if !readable && result.Outcome != imcloud.InvalidID {
		p.unread, p.code = append(p.unread, result.GroupID), result.Code
	}
	if result.Outcome != imcloud.Observed {
		return
	}
	told := map[string]bool{}
	for _, v := range result.Values {
		if p.fields == nil || p.fields[v.Field] {
			told[v.Field] = true
		}
	}
	p.fields = told
}

// fault is what keeps a run that has ended from being complete.
func (p *progress) fault() error {
	if err := p.tooManyUnread(); err != nil || !p.refused {
		return err
	}
	return &localFault{imv1alpha1.ReasonRequestRefused, "Tencent refuses the custom fields of spec.rest.customFieldKeys (error 10004): check in the console that the application has them; all other fields are up to date"}
}

func (p *progress) tooManyUnread() error {
	if len(p.unread) <= maxUnread {
		return nil
	}
	return &localFault{imv1alpha1.ReasonResyncFailed, fmt.Sprintf("Tencent did not tell of %d groups (error %d for one of them); all others are up to date", len(p.unread), p.code)}
}

func (p *progress) begun(app *imv1alpha1.IMApp) {
	s := resyncOf(app)
	start := metav1.NewTime(p.start.UTC())
	s.StartTime, s.CompletionTime, s.GroupsTotal = &start, nil, nil
	p.progressed(app)
	if old := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced); old == nil || old.Status == metav1.ConditionUnknown {
		setResynced(app, metav1.ConditionUnknown, imv1alpha1.ReasonResyncRunning, "the first resync runs")
	}
}

func (p *progress) progressed(app *imv1alpha1.IMApp) {
	s := resyncOf(app)
	done, total := int32(p.done.Load()), int32(p.total.Load())
	if s.GroupsDone = &done; total > 0 {
		s.GroupsTotal = &total
	}
}

func (p *progress) completed(app *imv1alpha1.IMApp) {
	s := resyncOf(app)
	total := int32(p.total.Load())
	p.progressed(app)
	s.GroupsTotal = &total
	ended(app, p.app, p.now())
	if w := p.watermark; !w.IsZero() && (s.Watermark == nil || w.After(s.Watermark.Time)) {
		raised := groupstatus.MicroTime(w.UnixMilli())
		s.Watermark = &raised
		s.WatermarkFields = slices.Sorted(maps.Keys(p.fields))
		s.Unread = slices.Sorted(slices.Values(p.unread))
	}
	setResynced(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, p.summary())
}

// summary says what a complete resync saw.
func (p *progress) summary() string {
	total, unread := p.total.Load(), len(p.unread)
	if unread == 0 {
		return fmt.Sprintf("the newest resync saw all %d groups", total)
	}
	return fmt.Sprintf("the newest resync saw %d groups; Tencent did not tell of %d more, among them %q (error %d)",
		total-int64(unread), unread, p.unread[0], p.code)
}

// watermark is the start of a run by Tencent's clock, as the first answer tells it. It is never above local time: a Date that
// is ahead would make callbacks of this moment stale.
func watermark(start, now, server time.Time) time.Time {
	by := server.Add(-now.Sub(start)).Truncate(time.Second)
	if start.Before(by) {
		return start
	}
	return by
}

// deletedFields are the custom fields that were asked for and that the group does not have: the API leaves them out, and
// they read as known to be empty.
func deletedFields(absent []string) (values []event.Value) {
	for _, field := range absent {
		if strings.HasPrefix(field, event.CustomPrefix) {
			values = append(values, event.Value{Field: field})
		}
	}
	return values
}
