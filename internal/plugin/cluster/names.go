// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// The kinds as people write them before a name.
const (
	KindApp   = "imapp"
	KindGroup = "imgroup"
)

var kindNames = map[string]string{
	"imapp": KindApp, "imapps": KindApp, "ima": KindApp,
	"imgroup": KindGroup, "imgroups": KindGroup, "img": KindGroup,
}

// ParseName splits KIND/NAME; without a kind it is the customary one.
func ParseName(arg, customary string) (kind, name string, err error) {
	prefix, name, found := strings.Cut(arg, "/")
	if !found {
		prefix, name = customary, arg
	}
	prefix, _, _ = strings.Cut(strings.ToLower(prefix), ".") // imgroups.im.imgroup.dev
	if kind = kindNames[prefix]; kind == "" || name == "" {
		return "", "", exit.Usage("%q is not a name, imapp/NAME or imgroup/NAME", arg)
	}
	return kind, name, nil
}

// NameOf is ParseName where only one kind will do.
func NameOf(arg, want string) (string, error) {
	kind, name, err := ParseName(arg, want)
	if err == nil && kind != want {
		err = exit.Usage("%q does not name an %s", arg, want)
	}
	return name, err
}

// GroupName is the IMGroup's name of an argument that is none of a group's ID.
func GroupName(arg string) (name string, found bool) {
	kind, name, found := strings.Cut(arg, "/")
	return name, found && kindNames[kind] == KindGroup
}

// FullName is NAMESPACE/NAME.
func FullName(o client.Object) string { return fmt.Sprint(o.GetNamespace(), "/", o.GetName()) }
