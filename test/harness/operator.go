// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/test/localenv"
	"github.com/imgroup-operator/imgroup-operator/test/replica"
)

// StopGrace is how long an operator may take to end.
const StopGrace = replica.StopGrace

// Operator is an operator process of a test.
type Operator struct{ *replica.Replica }

// NewOperator prepares an operator as replica.New does.
func NewOperator(program, dir string, user *rest.Config, args ...string) (*Operator, error) {
	r, err := replica.New(program, dir, user, args...)
	return &Operator{r}, err
}

// FreeAddress is HOST:PORT on loopback where nothing listens.
func FreeAddress() (string, error) { return localenv.FreeAddress() }

// TearDown ends the operator and looks in its log for what no operator may write, and for more of that.
func (o *Operator) TearDown(t *testing.T, forbidden ...string) {
	t.Helper()
	if o.Process != nil {
		if err := o.Stop(StopGrace); err != nil {
			t.Error(err)
		}
	}
	log := o.Said()
	for _, fault := range append([]string{"DATA RACE", "panic: ", "Observed a panic", "fatal error: ", "Sign="}, forbidden...) {
		if strings.Contains(log, fault) {
			t.Errorf("the operator's log has %q", fault)
		}
	}
	if t.Failed() {
		t.Logf("the operator's log:\n%s", log[max(0, len(log)-16_000):])
	}
}
