// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A viewer may look at IMApps and IMGroups of one namespace, and at nothing else.
func TestTheRightsOfTheUserCount(t *testing.T) {
	meta := metav1.ObjectMeta{Namespace: "chat", Name: "viewer"}
	must(t, world.admin.Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"im.imgroup.dev"}, Resources: []string{"imapps", "imgroups"}, Verbs: []string{"get", "list", "watch"}}}}))
	must(t, world.admin.Create(t.Context(), &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: "viewer"},
		Subjects: []rbacv1.Subject{{Kind: "User", Name: "viewer"}}}))
	must(t, os.WriteFile(path("right-token"), []byte(token+"\n"), 0o600))
	declare(t, "chat", "support", "viewed", "@TGS#2VIEWED")
	eventually(t, "the rights are known", func() error {
		p := start(t, pipe, "url", "support", "-n", "chat", "--as", "viewer")
		if p.wait(t) != 0 {
			return os.ErrPermission
		}
		return nil
	})
	for _, test := range []struct {
		name string
		code int
		says string
		args []string
	}{
		{"the Secret cannot be read", 1, "--token-file", sendTo("chat", "support", "@TGS#2VIEWED", "--as", "viewer")},
		{"the token is in a file", 0, "signed with the token of the file", sendTo("chat", "support", "@TGS#2VIEWED", "--as", "viewer", "--token-file", "right-token", "--wait")},
		{"Events are left out", 0, "Events are not shown", []string{"history", "viewed", "-n", "chat", "--as", "viewer"}},
		{"a resync cannot be asked for", 3, "no spec.rest", []string{"resync", "support", "-n", "chat", "--as", "viewer"}},
		{"another namespace", 1, "forbidden", []string{"url", "-n", "games", "--as", "viewer"}},
		{"watching all namespaces", 1, "forbidden", []string{"watch", "-A", "--as", "viewer"}},
	} {
		t.Run(test.name, func(t *testing.T) { run(t, pipe, test.code, test.args...).says(t, test.says) })
	}
}
