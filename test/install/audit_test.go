// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// auditPolicy has every request of a ServiceAccount logged when it is answered, a watch when it begins.
const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  userGroups: ["system:serviceaccounts"]
`

// request is an entry of the audit log.
type request struct {
	Verb       string
	RequestURI string
	User       struct{ Username string }
	ObjectRef  *struct{ APIGroup, Resource, Subresource, Namespace, Name string }

	ResponseStatus *struct{ Code int }
}

// right is what the request needs, in the words of rights.
func (r request) right() string {
	resource := r.ObjectRef.Resource
	if r.ObjectRef.Subresource != "" {
		resource += "/" + r.ObjectRef.Subresource
	}
	return word(r.Verb, r.ObjectRef.APIGroup, resource)
}

func word(verb, group, resource string) string {
	return strings.TrimSuffix(fmt.Sprintf("%s %s.%s", verb, resource, group), ".")
}

// record is a part of the audit log: what the operator asked since a moment.
type record struct {
	t    *testing.T
	from int64
}

func newRecord(t *testing.T) *record {
	t.Helper()
	info, err := os.Stat(world.auditLog)
	must(t, err)
	return &record{t: t, from: info.Size()}
}

// requests reads what the operator asked so far.
func (r *record) requests() []request {
	r.t.Helper()
	file, err := os.Open(world.auditLog)
	must(r.t, err)
	defer file.Close()
	_, err = file.Seek(r.from, io.SeekStart)
	must(r.t, err)
	var found []request
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return found // an entry that is half written is read the next time
		}
		must(r.t, err)
		var q request
		must(r.t, json.Unmarshal(line, &q))
		if q.User.Username == "system:serviceaccount:"+harness.SystemNamespace+":"+harness.ServiceAccount && q.ObjectRef != nil {
			found = append(found, q)
		}
	}
}

// used are the rights that were needed, with the name of the object and without it.
func (r *record) used() []string {
	r.t.Helper()
	words := map[string]bool{}
	for _, q := range r.requests() {
		words[q.right()] = true
		words[q.right()+" "+q.ObjectRef.Name] = true
	}
	return slices.Sorted(maps.Keys(words))
}

// uses tells which of the rights were not needed yet.
func (r *record) uses(rights []string) error {
	used := r.used()
	missing := slices.DeleteFunc(slices.Clone(rights), func(s string) bool { return slices.Contains(used, s) })
	if len(missing) > 0 {
		return fmt.Errorf("nothing needed the rights %q", missing)
	}
	return nil
}

// checkAllowed fails for what was asked and refused for want of a right.
func (r *record) checkAllowed() {
	r.t.Helper()
	all := r.requests()
	for _, q := range all {
		if q.ResponseStatus != nil && (q.ResponseStatus.Code == 403 || q.ResponseStatus.Code == 401) {
			r.t.Errorf("the operator may not %s: %s", q.right(), q.RequestURI)
		}
	}
	if len(all) == 0 {
		r.t.Error("the audit log is empty")
	}
}
