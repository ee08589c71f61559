// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/operator"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

// pods looks at the operator's Pods and their version.
func pods(ctx context.Context, k *cluster.Cluster, namespace, plugin string) (all []finding) {
	f := finding{Check: "pods", Of: namespace}
	found, err := operator.Pods(ctx, k, namespace)
	switch {
	case err != nil:
		return []finding{f.unread(err)}
	case len(found) == 0:
		return []finding{f.with(failure, "there is no Pod of the operator; --operator-namespace says where to look")}
	}
	for _, p := range found {
		f := finding{Check: "pod", Of: p.Name}
		if p.Ready {
			all = append(all, f.with(ok, "ready, %s", words.Count(int(p.Restarts), "restart")))
		} else {
			all = append(all, f.with(failure, "not ready: %s", p.Why))
		}
	}
	if skew := operator.Skew(found, plugin); skew != "" {
		all = append(all, finding{Check: "version", Of: namespace}.with(warning, "%s", skew))
	}
	return all
}
