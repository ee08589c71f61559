// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/oracle"
)

// callback is one callback of random traffic.
type callback struct {
	body     []byte
	platform string
}

// traffic makes random callbacks of some groups. Times are few, so that many are equal and many come out of order; so
// are the values, and some are empty.
type traffic struct {
	random *rand.Rand
	groups int
	span   int // milliseconds
}

const trafficStart = 1700000000000

// newTraffic makes traffic from a seed that is logged.
func newTraffic(t *testing.T, groups, span int) *traffic {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed of the traffic: %d", seed)
	return &traffic{random: rand.New(rand.NewPCG(seed, 0)), groups: groups, span: span}
}

func (tr *traffic) list(n int) []callback {
	all := make([]callback, 0, n)
	for range n {
		all = append(all, tr.next())
	}
	return all
}

func (tr *traffic) next() callback {
	id := fmt.Sprintf("@TGS#%03d", tr.random.IntN(tr.groups))
	at := trafficStart + tr.random.IntN(tr.span)
	var b fakeim.Body
	switch tr.random.IntN(12) {
	case 0:
		b = fakeim.Created(id, at, tr.pick("leckie", "peter"), tr.pick("ops", "raids"))
	case 1:
		b = fakeim.Destroyed(id, at, "leckie", "ops")
	case 2:
		b = fakeim.OwnerChanged(id, at, "leckie", tr.pick("peter", "vera"))
	default:
		b = fakeim.InfoChanged(id, at, tr.changes()).With("Operator_Account", tr.pick("leckie", "peter"))
	}
	body, err := fakeim.Encode(b)
	if err != nil {
		panic(err) // strings and numbers
	}
	return callback{body: body, platform: tr.pick("Web", "iOS", "RESTAPI")}
}

// changes are one to four of the texts, or custom fields.
func (tr *traffic) changes() fakeim.Body {
	changes := fakeim.Body{}
	for _, key := range []string{"Name", "Introduction", "Notification", "FaceUrl"} {
		if tr.random.IntN(2) == 0 {
			changes[key] = tr.pick("", "a", "b", "ü", "語", "first\nsecond")
		}
	}
	if len(changes) == 0 || tr.random.IntN(4) == 0 {
		changes["UserDefinedDataList"] = fakeim.CustomFields(tr.pick("Level", "Region"), tr.pick("", "1", "2"))
	}
	return changes
}

func (tr *traffic) pick(values ...string) string { return values[tr.random.IntN(len(values))] }

// sendAll has callbacks sent to each of some operators by several connections at once. Each must be acknowledged. The few that a
// machine which stood still left without any answer are sent again: a connection that breaks is no refusal.
func sendAll(t *testing.T, callbacks []callback, senders ...*fakeim.Sender) {
	t.Helper()
	const connections = 8
	queue := make(chan callback)
	var clients sync.WaitGroup
	var unanswered atomic.Int32
	for i := range connections {
		clients.Go(func() {
			s := senders[i%len(senders)]
			for c := range queue {
				err := trySend(t.Context(), s, c.body, fakeim.WithPlatform(c.platform))
				if errors.Is(err, errNotAnswered) && int(unanswered.Add(1)) <= max(1, len(callbacks)/20) {
					t.Logf("sent again: %v", err)
					err = trySend(t.Context(), s, c.body, fakeim.WithPlatform(c.platform))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, c := range callbacks {
		queue <- c
	}
	close(queue)
	clients.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// insist sends a callback until it is acknowledged, as long as the context lives. Nothing is known of a callback that
// was not acknowledged: it may be stored or not, and sending it again does no harm.
func insist(ctx context.Context, s *fakeim.Sender, c callback) error {
	retry := time.NewTicker(harness.PollEvery)
	defer retry.Stop()
	for {
		err := trySend(ctx, s, c.body, fakeim.WithPlatform(c.platform))
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-retry.C:
		}
	}
}

// awaitState waits until a namespace's IMGroups are what the merge law makes of the callbacks.
func awaitState(t *testing.T, namespace string, callbacks []callback) {
	t.Helper()
	eventually(t, "the IMGroups say what the callbacks said", func() error { return stateIs(t, namespace, callbacks) })
}

// checkState is awaitState for what must be true at once.
func checkState(t *testing.T, namespace string, callbacks []callback) {
	t.Helper()
	if err := stateIs(t, namespace, callbacks); err != nil {
		t.Errorf("the IMGroups do not say what the callbacks said:\n%v", err)
	}
}

func stateIs(t *testing.T, namespace string, callbacks []callback) error {
	t.Helper()
	if diff := oracle.Diff(expected(callbacks), listGroups(t, namespace)); diff != "" {
		return errors.New(diff)
	}
	return nil
}

func expected(callbacks []callback) map[string]oracle.Group {
	var all []oracle.Callback
	for _, c := range callbacks {
		all = append(all, oracle.Callback{Body: c.body, Platform: c.platform, Received: time.Now()})
	}
	return oracle.Expect(all)
}

func encoded(t *testing.T, body any) callback {
	t.Helper()
	text, err := fakeim.Encode(body)
	if err != nil {
		t.Fatal(err)
	}
	return callback{body: text, platform: "Web"}
}
