// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"fmt"

	"github.com/schollz/progressbar/v3"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

// barWidth leaves room for the words on a terminal of 80 columns.
const barWidth = 24

// unknownTotal makes a spinner of a bar.
const unknownTotal = -1

// progress is a bar on a terminal, and a line for each step in a pipe. It is no result, so it goes to stderr.
type progress struct {
	screen screen.Screen
	what   string
	bar    *progressbar.ProgressBar // nil: not shown yet, or a pipe
	total  int                      // of the bar
	last   string                   // line in a pipe
}

func newProgress(s screen.Screen, what string) *progress { return &progress{screen: s, what: what} }

// show shows how far a resync is that has begun, and until then that it is waited for.
func (b *progress) show(r *imv1alpha1.ResyncStatus, begun bool) error {
	if b.screen.CanRedraw() {
		return b.showBar(r, begun)
	}
	text := "asked for"
	if begun {
		text = "running, " + sofar(r)
	}
	if text == b.last {
		return nil
	}
	b.last = text
	return b.screen.Line("%s: %s", b.what, text)
}

func (b *progress) showBar(r *imv1alpha1.ResyncStatus, begun bool) error {
	done, total := 0, unknownTotal
	if begun && r.GroupsDone != nil && r.GroupsTotal != nil && *r.GroupsTotal > 0 {
		done, total = int(*r.GroupsDone), int(*r.GroupsTotal)
	}
	if b.bar == nil || total != b.total {
		b.end()
		b.total, b.bar = total, progressbar.NewOptions(total, b.options(total)...)
	}
	return b.bar.Set(min(done, max(total-1, 0))) // the end is told by the result
}

func (b *progress) options(total int) []progressbar.Option {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(b.screen), progressbar.OptionSetWidth(barWidth), progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetDescription(b.what), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(true),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetRenderBlankState(true), progressbar.OptionSpinnerType(14),
		progressbar.OptionSetSpinnerChangeInterval(0), // else it moves by itself, also when its end is shown
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}),
	}
	if total != unknownTotal {
		options = append(options, progressbar.OptionShowCount())
	}
	return options
}

// end takes the bar away.
func (b *progress) end() {
	if b.bar != nil {
		_ = b.bar.Clear() // nothing is left to tell
		_ = b.bar.Exit()
	}
}

// sofar is how many groups are done.
func sofar(r *imv1alpha1.ResyncStatus) string {
	if r == nil || r.GroupsDone == nil {
		return "not begun"
	}
	if r.GroupsTotal == nil {
		return words.Count(int(*r.GroupsDone), "group")
	}
	return fmt.Sprintf("%d of %s", *r.GroupsDone, words.Count(int(*r.GroupsTotal), "group"))
}
