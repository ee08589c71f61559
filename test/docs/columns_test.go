// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// The table in the README has the columns that kubectl prints.
func TestTheTableOfTheREADMEHasTheColumns(t *testing.T) {
	var crd apiextensionsv1.CustomResourceDefinition
	must(t, yaml.Unmarshal([]byte(read(t, "config/crd/bases/im.imgroup.dev_imgroups.yaml")), &crd))
	want := []string{"NAME"}
	for _, column := range crd.Spec.Versions[0].AdditionalPrinterColumns {
		if column.Priority == 0 {
			want = append(want, strings.ToUpper(column.Name))
		}
	}
	_, table, _ := strings.Cut(read(t, "README.md"), "$ kubectl get imgroups\n")
	head, _, _ := strings.Cut(table, "\n")
	if got := strings.Join(strings.Fields(head), " "); got != strings.Join(want, " ") {
		t.Errorf("the README's table has %s, kubectl's %s", got, strings.Join(want, " "))
	}
}
