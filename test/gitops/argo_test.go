// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// argo is the program of the folder argocd: Argo CD's own code, which answers one question at a time.
type argo struct {
	mu        sync.Mutex
	cmd       *exec.Cmd
	in        io.WriteCloser
	questions *json.Encoder
	answers   *json.Decoder
}

// argoAnswer is the program's answer.
type argoAnswer struct {
	Health, Message string
	Differs         bool
	Live, Predicted string
	Actions         []string
	Result          map[string]any
	Error           string
}

const argoNamespace = "argocd"

// startArgo makes the ConfigMap that an Argo CD has, adds the health checks to it as docs/gitops.md says, and starts the
// program.
func startArgo(ctx *harness.SetUp) error {
	if err := world.admin.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: argoNamespace}}); err != nil {
		return err
	}
	settings := &corev1.ConfigMap{Data: map[string]string{"timeout.reconciliation": "300s"}, ObjectMeta: metav1.ObjectMeta{
		Namespace: argoNamespace, Name: "argocd-cm", Labels: map[string]string{"app.kubernetes.io/part-of": "argocd"}}}
	if err := world.admin.Create(ctx, settings); err != nil {
		return err
	}
	if _, err := tryKubectl(ctx, argoNamespace, "", "apply", "--server-side", "--field-manager=imgroup-operator",
		"-f", root+"/config/argocd/argocd-cm.yaml"); err != nil {
		return err
	}
	var err error
	if world.argo, err = newArgo(world.kubeconfig); err != nil {
		return err
	}
	ctx.AtEnd(world.argo.stop)
	return nil
}

// newArgo starts the program for a cluster.
func newArgo(kubeconfig string) (*argo, error) {
	a := &argo{cmd: exec.Command(inDir("argocd"), "--kubeconfig="+kubeconfig, "--namespace="+argoNamespace)}
	a.cmd.Stderr = os.Stderr
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	a.questions, a.answers = json.NewEncoder(a.in), json.NewDecoder(out)
	return a, a.cmd.Start()
}

func (a *argo) stop() {
	_ = a.in.Close()
	_ = a.cmd.Wait()
}

func (a *argo) ask(question map[string]any) (*argoAnswer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.questions.Encode(question); err != nil {
		return nil, err
	}
	var answer argoAnswer
	if err := a.answers.Decode(&answer); err != nil {
		return nil, fmt.Errorf("no answer of Argo CD's code: %w", err)
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	return &answer, nil
}

// health is what Argo CD says of an object.
func (a *argo) health(live *unstructured.Unstructured) (*argoAnswer, error) {
	return a.ask(map[string]any{"live": live.Object})
}

// actions are those that Argo CD offers for an object now.
func (a *argo) actions(live *unstructured.Unstructured) ([]string, error) {
	answer, err := a.ask(map[string]any{"live": live.Object, "action": "?"})
	if err != nil {
		return nil, err
	}
	slices.Sort(answer.Actions)
	return answer.Actions, nil
}

// difference is what Argo CD would change in an object, compared in one of its ways.
func (a *argo) difference(desired, live *unstructured.Unstructured, way string) (*argoAnswer, error) {
	return a.ask(map[string]any{"desired": desired.Object, "live": live.Object, "way": way})
}
