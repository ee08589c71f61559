// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// check waits until everything acknowledged is in an IMGroup, and fails if that does not happen.
func check(ctx context.Context, reader client.Reader, s settings, sent *outcome) error {
	start := time.Now()
	var missing []int
	var unread error
	err := wait.PollUntilContextTimeout(ctx, time.Second, s.settle, true, func(ctx context.Context) (bool, error) {
		missing, unread = sent.missing(ctx, reader, s.namespace) // the API server may be what was restarted
		return unread == nil && len(missing) == 0, nil
	})
	switch {
	case unread != nil:
		return fmt.Errorf("reading the IMGroups: %w", unread)
	case err != nil:
		return fmt.Errorf("%d acknowledged callbacks are in no IMGroup, the first is %d of %s", len(missing), missing[0], sent.group(missing[0]))
	}
	fmt.Printf("nothing is lost; the last was written at most %s after the end\n", time.Since(start).Round(time.Second))
	return nil
}

// missing are the acknowledged callbacks that no IMGroup shows.
func (o *outcome) missing(ctx context.Context, reader client.Reader, namespace string) ([]int, error) {
	var list imv1alpha1.IMGroupList
	if err := reader.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return nil, err
	}
	known := make(map[string]*imv1alpha1.IMGroupStatus, len(list.Items))
	for i := range list.Items {
		known[list.Items[i].Spec.GroupID] = &list.Items[i].Status
	}
	var missing []int
	for _, n := range o.acknowledged {
		if !shows(known[o.group(n)], n, o.value(n)) {
			missing = append(missing, n)
		}
	}
	return missing, nil
}

func shows(status *imv1alpha1.IMGroupStatus, n int, value string) bool {
	if status == nil {
		return false
	}
	found := []*string{status.Name, status.Introduction, status.Notification, status.FaceURL}[n%len(fields)]
	return found != nil && *found == value
}
