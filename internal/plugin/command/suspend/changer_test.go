// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package suspend

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

func app(name string, suspended bool) *imv1alpha1.IMApp {
	return &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: name, Generation: 1}, Spec: imv1alpha1.IMAppSpec{Suspend: suspended}}
}

// run runs one command; the operator sees a change at once, or never if it is away.
func run(t *testing.T, suspend, away bool, o options, names ...string) (string, int) {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := imv1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(app("on", false), app("off", true)).
		WithInterceptorFuncs(interceptor.Funcs{Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
			err := c.Get(ctx, key, o, options...)
			if a, ok := o.(*imv1alpha1.IMApp); ok && !away {
				a.Status.ObservedGeneration = a.Generation
			}
			return err
		}}).Build()
	var out bytes.Buffer
	e := &cli.Env{Now: time.Now}
	e.Out, e.ErrOut = &out, &out
	o.timeout = max(o.timeout, time.Millisecond)
	err := (&changer{Env: e, cluster: &cluster.Cluster{WithWatch: c, Namespace: "chat"}, suspend: suspend, options: &o}).run(t.Context(), names)
	for _, name := range names {
		got := &imv1alpha1.IMApp{}
		if c.Get(t.Context(), client.ObjectKey{Namespace: "chat", Name: name}, got) == nil && exit.Code(err) != exit.CodeError && got.Spec.Suspend != suspend {
			t.Errorf("spec.suspend of %s is %t", name, got.Spec.Suspend)
		}
	}
	return out.String(), exit.Code(err)
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name          string
		suspend, away bool
		options       options
		names         []string
		code          int
		says          string
	}{
		{"suspend", true, false, options{}, []string{"on"}, 0, "The IMApp chat/on is suspended: callbacks are answered with 404.\n"},
		{"suspend again", true, false, options{}, []string{"off"}, 0, "The IMApp chat/off is suspended already.\n"},
		{"resume", false, false, options{}, []string{"imapp/off"}, 0, "The IMApp chat/off is resumed: callbacks are accepted.\n"},
		{"resume again", false, false, options{}, []string{"on"}, 0, "The IMApp chat/on is not suspended.\n"},
		{"several", true, false, options{}, []string{"on", "off"}, 0, "The IMApp chat/on is suspended: callbacks are answered with 404.\nThe IMApp chat/off is suspended already.\n"},
		{"one that does not exist", true, false, options{}, []string{"on", "none"}, 1, ""},
		{"nobody waits", true, true, options{noWait: true}, []string{"on"}, 0, "once the operator has seen it"},
		{"the operator is away", true, true, options{}, []string{"on"}, 4, "once the operator has seen it"},
		{"for a program", true, false, options{format: cli.YAML}, []string{"on"}, 0, "- namespace: chat\n  name: \"on\"\n  suspended: true\n  changed: true\n  inForce: true\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			said, code := run(t, test.suspend, test.away, test.options, test.names...)
			if code != test.code || !strings.Contains(said, test.says) {
				t.Errorf("exit code %d: %s", code, said)
			}
		})
	}
}
