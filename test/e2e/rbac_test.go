// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// rbac has the operator's identity and its rights.
const rbac = root + "/config/rbac"

// allowElection gives the operator in a test's namespace the rights that it has in its own for the Lease.
func allowElection(t *testing.T, namespace string) {
	t.Helper()
	for _, file := range []string{"leader_election_role.yaml", "leader_election_role_binding.yaml"} {
		objects, err := harness.ReadManifest(filepath.Join(rbac, file))
		if err != nil || len(objects) != 1 {
			t.Fatalf("%s: %d objects, %v", file, len(objects), err)
		}
		objects[0].SetNamespace(namespace)
		create(t, objects[0])
	}
}

// checkRights fails when the operator tried something that its RBAC does not allow.
func checkRights(t *testing.T, log string) {
	t.Helper()
	for line := range strings.Lines(log) {
		if strings.Contains(line, harness.RefusedByRBAC) && !apiServerStarts.during(line) {
			t.Errorf("the operator did what config/rbac does not allow: %s", line)
			return
		}
	}
}

// apiServerStarts are the times in which an API server was starting: before it is ready it has not read all roles, and
// refuses what they allow.
var apiServerStarts spans

type spans struct {
	mu  sync.Mutex
	all [][2]time.Time
}

func (s *spans) add(from, to time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, [2]time.Time{from, to})
}

// during tells whether a line of the log is from one of the times.
func (s *spans) during(line string) bool {
	var l struct{ Time time.Time }
	if json.Unmarshal([]byte(line), &l) != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.all, func(span [2]time.Time) bool { return l.Time.After(span[0]) && l.Time.Before(span[1]) })
}
