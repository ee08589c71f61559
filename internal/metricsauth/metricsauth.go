// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package metricsauth lets only those read the metrics whose token the API server authenticates and authorises. While the
// API server cannot be asked, the tokens that it allowed last keep reading: metrics are needed most in an outage.
package metricsauth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/util/cache"
	authenticationclient "k8s.io/client-go/kubernetes/typed/authentication/v1"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// logInterval is the minimum time between two log lines about an API server that cannot be asked.
const logInterval = 10 * time.Second

// maxAnswers is how many answers are remembered: of some scrapers, and all the tokens that each has in a day.
const maxAnswers = 256

// Times bound how long an answer of the API server holds.
type Times struct {
	Fresh  time.Duration // it is not asked again; after a no a sixth of it, so that a new right counts soon
	Outage time.Duration // a yes holds where it cannot be asked
	Answer time.Duration // it has to answer; a hanging one is away
}

// Default asks once a minute, and answers well within the 10 s that Prometheus waits by default.
func Default() Times {
	return Times{Fresh: time.Minute, Outage: 24 * time.Hour, Answer: 3 * time.Second}
}

// Filter makes the filter for a metrics server: 401 for an invalid token, 403 for one without the right, 503 if the API
// server cannot be asked and did not allow the same to the same token before.
func (t Times) Filter(config *rest.Config, c *http.Client) (metricsserver.Filter, error) {
	tokens, err := authenticationclient.NewForConfigAndClient(config, c)
	if err != nil {
		return nil, fmt.Errorf("making the client for TokenReviews: %w", err)
	}
	rights, err := authorizationclient.NewForConfigAndClient(config, c)
	if err != nil {
		return nil, fmt.Errorf("making the client for SubjectAccessReviews: %w", err)
	}
	g := newGuard(t, reviews{tokens.TokenReviews(), rights.SubjectAccessReviews()}.ask)
	return func(log logr.Logger, next http.Handler) (http.Handler, error) { return g.before(log, next), nil }, nil
}

// question is what the API server is asked.
type question struct{ token, verb, path string }

// digest is what is remembered of a question.
type digest [sha256.Size]byte

func (q question) digest() digest {
	return sha256.Sum256([]byte(q.verb + "\x00" + q.path + "\x00" + q.token))
}

// guard decides who may pass.
type guard struct {
	Times
	ask     func(context.Context, question) (status int, err error)
	answers *cache.LRUExpireCache // of the API server, by digest
	allowed *cache.LRUExpireCache // the digests of what it allowed last
	loud    *rate.Sometimes       // of log lines
}

func newGuard(t Times, ask func(context.Context, question) (int, error)) *guard {
	return &guard{t, ask, cache.NewLRUExpireCache(maxAnswers), cache.NewLRUExpireCache(maxAnswers), &rate.Sometimes{Interval: logInterval}}
}

func (g *guard) before(log logr.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := g.decide(log, r); status != http.StatusOK {
			http.Error(w, http.StatusText(status), status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (g *guard) decide(log logr.Logger, r *http.Request) (status int) {
	scheme, token, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if token = strings.TrimSpace(token); token == "" || !strings.EqualFold(scheme, "bearer") {
		return http.StatusUnauthorized
	}
	q := question{token, strings.ToLower(r.Method), r.URL.Path}
	if status, found := g.answers.Get(q.digest()); found {
		return status.(int)
	}
	ctx, cancel := context.WithTimeout(r.Context(), g.Answer)
	defer cancel()
	status, err := g.ask(ctx, q)
	if err != nil {
		g.loud.Do(func() { log.Error(err, "cannot ask who may read the metrics; the last answer holds if it was a yes") })
		return g.withoutAnswer(r, q)
	}
	g.remember(q, status)
	return status
}

func (g *guard) remember(q question, status int) {
	if status == http.StatusOK {
		g.answers.Add(q.digest(), status, g.Fresh)
		g.allowed.Add(q.digest(), nil, g.Outage)
		return
	}
	g.answers.Add(q.digest(), status, g.Fresh/6)
	g.allowed.Remove(q.digest())
}

// withoutAnswer allows what was allowed last. A sender that has gone away made the question fail itself, perhaps on
// purpose, and gets nothing.
func (g *guard) withoutAnswer(r *http.Request, q question) int {
	if _, found := g.allowed.Get(q.digest()); found && r.Context().Err() == nil {
		return http.StatusOK
	}
	return http.StatusServiceUnavailable
}
