// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// An answer of the API server, in order: which are taken as they are, what is said, and when it ends.
func TestSettled(t *testing.T) {
	away := apierrors.NewServiceUnavailable("starting")
	no := apierrors.NewForbidden(schema.GroupResource{Resource: "imgroups"}, "", nil)
	for _, test := range []struct {
		name    string
		answers []error
		every   time.Duration
		said    string
		settled bool // the last one
		end     error
	}{
		{"there at once", []error{nil}, 0, "", true, nil},
		{"not there at the start", []error{away}, 0, "", true, away},
		{"a no at the start", []error{no}, 0, "", true, no},
		{"away for a day", []error{nil, away, away}, 24 * time.Hour, "away: starting\n", false, nil},
		{"back", []error{nil, away, nil}, time.Hour, "away: starting\nback\n", true, nil},
		{"a no while it starts", []error{nil, away, no, nil}, time.Hour, "away: starting\nback\n", true, nil},
		{"a no, away and a no again", []error{nil, no, away, no}, time.Hour, "away: " + no.Error() + "\n", false, nil},
		{"a no that stays", []error{nil, no, no}, 2 * time.Minute, "away: " + no.Error() + "\n", true, no},
	} {
		t.Run(test.name, func(t *testing.T) {
			at, settled, said := time.Unix(1000, 0), false, ""
			var end error
			f := &Follower{Now: func() time.Time { return at }, end: func(err error) { end = err },
				Away: func(why error) { said += "away: " + why.Error() + "\n" }, Back: func() { said += "back\n" }}
			for _, answer := range test.answers {
				settled = f.settled(answer)
				at = at.Add(test.every)
			}
			if settled != test.settled || !errors.Is(end, test.end) || (end == nil) != (test.end == nil) || said != test.said {
				t.Errorf("settled: %t; it ended with %v and said %q", settled, end, said)
			}
		})
	}
}
