// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

func needControlPlane(t *testing.T) {
	t.Helper()
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Fatal("KUBEBUILDER_ASSETS is not set; make test sets it")
	}
}

func start(t *testing.T, dir string) *localenv.Env {
	t.Helper()
	env, err := localenv.Start(t.Context(), localenv.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Error(err)
		}
	})
	return env
}

func clientOf(t *testing.T, c *rest.Config) kubernetes.Interface {
	t.Helper()
	c = rest.CopyConfig(c)
	c.Timeout = 10 * time.Second
	client, err := kubernetes.NewForConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func remember(t *testing.T, c *rest.Config, name string) {
	t.Helper()
	_, err := clientOf(t, c).CoreV1().ConfigMaps("default").Create(t.Context(),
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

func mustKnow(t *testing.T, c *rest.Config, name string) {
	t.Helper()
	if _, err := clientOf(t, c).CoreV1().ConfigMaps("default").Get(t.Context(), name, metav1.GetOptions{}); err != nil {
		t.Fatal(err)
	}
}

func metrics(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestControlPlane(t *testing.T) {
	needControlPlane(t)
	dir := filepath.Join(t.TempDir(), "data")
	env := start(t, dir)
	remember(t, env.Config, "kept")

	t.Run("etcd syncs its writes to disk", func(t *testing.T) {
		if text := metrics(t, env.EtcdURL); !strings.Contains(text, "etcd_disk_wal_fsync_duration_seconds_count ") ||
			strings.Contains(text, "etcd_disk_wal_fsync_duration_seconds_count 0\n") {
			t.Error("etcd counts no fsync")
		}
	})
	t.Run("the folder has one user at a time", func(t *testing.T) {
		if _, err := localenv.Start(t.Context(), localenv.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("a second Start: %v", err)
		}
	})
	t.Run("a stopped API server refuses, and returns on the same port with its data", func(t *testing.T) {
		if err := env.StopAPIServer(); err != nil {
			t.Fatal(err)
		}
		if _, err := clientOf(t, env.Config).Discovery().ServerVersion(); err == nil {
			t.Error("a stopped API server answers")
		}
		if err := env.StartAPIServer(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustKnow(t, env.Config, "kept")
	})
	t.Run("a paused API server answers nothing until it is resumed", func(t *testing.T) {
		if err := env.PauseAPIServer(); err != nil {
			t.Fatal(err)
		}
		impatient := rest.CopyConfig(env.Config)
		impatient.Timeout = 200 * time.Millisecond
		client, err := kubernetes.NewForConfig(impatient)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Discovery().ServerVersion(); err == nil {
			t.Error("a paused API server answers")
		}
		if err := env.ResumeAPIServer(); err != nil {
			t.Fatal(err)
		}
		mustKnow(t, env.Config, "kept")
	})
	t.Run("a killed API server can be started again", func(t *testing.T) {
		if err := env.KillAPIServer(); err != nil {
			t.Fatal(err)
		}
		if err := env.StartAPIServer(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a service account has only the rights that RBAC gives it", func(t *testing.T) {
		account, err := env.ServiceAccount("default", "nobody")
		if err != nil {
			t.Fatal(err)
		}
		_, err = clientOf(t, account).CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{})
		if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "system:serviceaccount:default:nobody") {
			t.Errorf("listing secrets: %v, want forbidden", err)
		}
	})
	t.Run("the kubeconfig works and is private", func(t *testing.T) {
		path := filepath.Join(dir, "kubeconfig")
		if err := env.Kubeconfig(path); err != nil {
			t.Fatal(err)
		}
		config, err := clientcmd.BuildConfigFromFlags("", path)
		if err != nil {
			t.Fatal(err)
		}
		mustKnow(t, config, "kept")
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	})
	t.Run("the data survives to the next run", func(t *testing.T) {
		if err := env.Stop(); err != nil {
			t.Fatal(err)
		}
		mustKnow(t, start(t, dir).Config, "kept")
	})
}

func TestStartInATemporaryFolderLeavesNothing(t *testing.T) {
	needControlPlane(t)
	t.Setenv("TMPDIR", t.TempDir())
	env, err := localenv.Start(t.Context(), localenv.Options{APIServerArgs: []string{"--no-such-flag"}})
	if err == nil || !strings.Contains(err.Error(), "unknown flag: --no-such-flag") {
		t.Errorf("Start() = %v, %v; want what the API server said", env, err)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestStartSaysWhatIsMissing(t *testing.T) {
	t.Setenv("KUBEBUILDER_ASSETS", "")
	if _, err := localenv.Start(t.Context(), localenv.Options{}); err == nil || !strings.Contains(err.Error(), "KUBEBUILDER_ASSETS is not set") {
		t.Errorf("without a folder: %v", err)
	}
	if _, err := localenv.Start(t.Context(), localenv.Options{Assets: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no control plane") {
		t.Errorf("with an empty folder: %v", err)
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	needControlPlane(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := localenv.Start(ctx, localenv.Options{}); err == nil {
		t.Error("Start went on after its context had ended")
	}
}
