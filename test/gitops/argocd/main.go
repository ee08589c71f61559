// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Argocd judges live objects as Argo CD does, with Argo CD's own code: its settings read argocd-cm, its Lua machine and
// its GitOps engine say how healthy an object is and whether it differs from what Git has. It is a program, and a module,
// of its own since Argo CD needs other versions of the Kubernetes libraries than the tests that ask it.
//
// It reads one question per line from standard input and writes one answer per line to standard output, both JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the cluster")
	namespace := flag.String("namespace", "argocd", "where argocd-cm is")
	flag.Parse()
	logrus.SetLevel(logrus.ErrorLevel) // Argo CD's settings tell of each look at them
	if err := run(context.Background(), *kubeconfig, *namespace); err != nil {
		fmt.Fprintln(os.Stderr, "argocd:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig, namespace string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	j, err := newJudge(ctx, config, namespace)
	if err != nil {
		return err
	}
	defer j.close()
	return j.serve(os.Stdin, os.Stdout)
}

// serve answers until there are no more questions.
func (j *judge) serve(in io.Reader, out io.Writer) error {
	questions, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var q question
		if err := questions.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading a question: %w", err)
		}
		a, err := j.answer(&q)
		if err != nil {
			a = &answer{Error: err.Error()}
		}
		if err := answers.Encode(a); err != nil {
			return fmt.Errorf("writing an answer: %w", err)
		}
	}
}
