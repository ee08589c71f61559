// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

// private is in every text of the objects and of the log.
const private = "PRIVATE"

func privately() *string { s := private; return &s }

func objects() (*imv1alpha1.IMApp, *imv1alpha1.IMGroup) {
	conditions := []metav1.Condition{{Type: "Ready", Status: "False", Reason: "NameConflict", Message: private}}
	at := metav1.NewMicroTime(time.Unix(1000, 0))
	a := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: "support", Annotations: map[string]string{"a": private}}}
	a.Spec.Rest = &imv1alpha1.IMAppREST{BaseURL: private, AdminUserID: private, SecretKeySecretRef: imv1alpha1.SecretReference{Name: private}}
	a.Spec.Callback.TokenSecretRef = &imv1alpha1.SecretReference{Name: private}
	a.Status = imv1alpha1.IMAppStatus{Conditions: conditions, CallbackURL: private, CallbackPath: private, Resync: &imv1alpha1.ResyncStatus{LastHandledRequest: private}}
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: "support-" + private, Labels: map[string]string{"a": private}}}
	g.Spec.AppRef.Name, g.Spec.GroupID = "support", private
	g.Status.Name, g.Status.Introduction, g.Status.Notification, g.Status.FaceURL, g.Status.Owner = privately(), privately(), privately(), privately(), privately()
	g.Status.FieldTimes = map[string]imv1alpha1.EventTime{"name": {MicroTime: at}, "custom/" + private: {MicroTime: at}}
	g.Status.LastChange = &imv1alpha1.LastChange{Operator: private, Platform: private, Fields: []string{"custom/" + private}}
	g.Status.Conditions = conditions
	return a, g
}

func TestAReportQuotesNobody(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := imv1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	a, g := objects()
	var said bytes.Buffer
	e := &cli.Env{Version: "v0.1.0", Now: func() time.Time { return time.Unix(1000, 0) }}
	e.Out, e.ErrOut = &said, &said
	c := &collector{Env: e, namespace: "chat", cluster: &cluster.Cluster{WithWatch: fake.NewClientBuilder().WithScheme(scheme).WithObjects(a, g).Build()}}
	c.collect(t.Context(), "imgroup-system") // without Pods, which this client does not know
	c.files = append(c.files, file{"logs/a.log", "its log", redactLog([]byte(`{"level":"info","msg":"ready","group":"` + private + `","error":"` + private + `"}` + "\npanic: " + private + "\n"))})
	name := filepath.Join(t.TempDir(), "report.tar.gz")
	if err := save(e, name, c.files); err != nil {
		t.Fatal(err)
	}
	all := unpacked(t, name)
	for file, text := range all {
		if strings.Contains(text, private) {
			t.Errorf("%s quotes somebody:\n%s", file, text)
		}
	}
	for file, want := range map[string]string{"contents.txt": "imgroups.yaml: up to", "imapps.yaml": "reason: NameConflict", "imgroups.yaml": "custom/(redacted)",
		"logs/a.log": `"msg":"ready"`, "pods.yaml": "no kind is registered", "version.yaml": "plugin: v0.1.0"} {
		if !strings.Contains(all["imgroup-report/"+file], want) {
			t.Errorf("%s has no %q:\n%s", file, want, all["imgroup-report/"+file])
		}
	}
	if err := save(e, name, nil); err == nil {
		t.Error("a file that exists is written over")
	}
}

func unpacked(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for archive := tar.NewReader(z); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return all
		}
		content, readErr := io.ReadAll(archive)
		if err != nil || readErr != nil {
			t.Fatal(err, readErr)
		}
		all[header.Name] = string(content)
	}
}
