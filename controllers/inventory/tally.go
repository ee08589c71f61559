// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// tally is what is counted of one app.
type tally struct {
	groups    int // all IMGroups of the app
	created   int // those that the operator created
	newest    time.Time
	reserved  map[string]bool // names that are being created
	conflicts map[string]bool // names of IMGroups whose name belongs to another group
	unsettled map[string]bool // names of IMGroups whose conditions are not of their spec, or miss the IMApp; or with managedFields to clear
	sdkAppIDs map[int64]int   // how many statuses are of each application
}

func (t *tally) forgetID(g *imv1alpha1.IMGroup) {
	if t.sdkAppIDs[g.Status.SDKAppID]--; t.sdkAppIDs[g.Status.SDKAppID] == 0 {
		delete(t.sdkAppIDs, g.Status.SDKAppID)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
