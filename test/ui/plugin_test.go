// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// serve starts the plugin and returns the link that it prints.
func serve(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.Command(world.plugin, append([]string{"ui", "--no-open"}, args...)...)
	c.Env = append(os.Environ(), "KUBECONFIG="+world.kubeconfig)
	out, err := c.StdoutPipe()
	must(t, err)
	var said strings.Builder
	c.Stderr = &said
	must(t, c.Start())
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("it ended with %v: %s", c.Wait(), said.String())
	}
	t.Cleanup(func() {
		must(t, c.Process.Signal(syscall.SIGINT))
		if err := c.Wait(); err != nil {
			t.Errorf("it ended with %v: %s", err, said.String())
		}
	})
	return lines.Text()
}

// origin is that of a link.
func origin(link string) string { return link[:strings.Index(link, "/?")] }

func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// groupOf waits for the IMGroup of a group.
func groupOf(t *testing.T, namespace, id string) *imv1alpha1.IMGroup {
	t.Helper()
	var list imv1alpha1.IMGroupList
	eventually(t, "there is an IMGroup of "+id, func() error {
		must(t, world.admin.List(t.Context(), &list, client.InNamespace(namespace), client.MatchingFields{"spec.groupID": id}))
		if len(list.Items) == 0 || len(list.Items[0].Status.FieldTimes) == 0 {
			return errors.New("not yet")
		}
		return nil
	})
	return &list.Items[0]
}

// row is the script of the row that shows a text; undefined if there is none.
func row(text string) string {
	return `[...document.querySelectorAll("#rows tr:not(.space):not([hidden])")].find((e) => e.innerText.includes(` + quoted(text) + `))`
}
