// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metricsauth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
)

// apiServer is what the API server does for both questions; asked counts those about a token.
type apiServer struct {
	tokens, rights string // yes, no, away or hangs
	asked          int
}

var errAway = errors.New("connection refused")

func answer(ctx context.Context, how string) (bool, error) {
	switch how {
	case "away":
		return false, errAway
	case "hangs":
		<-ctx.Done()
		return false, ctx.Err()
	}
	return how == "yes", nil
}

func (a *apiServer) ask(ctx context.Context, q question) (int, error) {
	a.asked++
	for _, part := range []struct {
		how     string
		refused int
	}{{a.tokens, http.StatusUnauthorized}, {a.rights, http.StatusForbidden}} {
		if yes, err := answer(ctx, part.how); !yes || err != nil {
			return part.refused, err
		}
	}
	if q.path != "/metrics" || q.verb != "get" {
		return http.StatusForbidden, nil
	}
	return http.StatusOK, nil
}

// scrape is a request with a token, and what it is answered.
func scrape(g *guard, request *http.Request, header string) int {
	request.Header.Set("Authorization", header)
	w := httptest.NewRecorder()
	g.before(logr.Discard(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })).ServeHTTP(w, request)
	return w.Code
}

func page(ctx context.Context) *http.Request {
	return httptest.NewRequestWithContext(ctx, http.MethodGet, "/metrics", nil)
}

// step is a scrape some time after the one before.
type step struct {
	after          time.Duration
	tokens, rights string
	want           int
}

func TestTheLastYesHoldsWhileTheAPIServerCannotBeAsked(t *testing.T) {
	for name, steps := range map[string][]step{
		"an outage, and its end": {
			{0, "yes", "yes", 200}, {2 * time.Minute, "away", "away", 200}, {20 * time.Hour, "away", "away", 200}, {time.Hour, "yes", "yes", 200}},
		"an API server that hangs is away":                      {{0, "yes", "yes", 200}, {2 * time.Minute, "hangs", "hangs", 200}},
		"away in the middle of a question":                      {{0, "yes", "yes", 200}, {2 * time.Minute, "yes", "away", 200}, {2 * time.Minute, "yes", "hangs", 200}},
		"no longer than a day":                                  {{0, "yes", "yes", 200}, {25 * time.Hour, "away", "away", 503}},
		"an outage prolongs nothing":                            {{0, "yes", "yes", 200}, {20 * time.Hour, "away", "away", 200}, {5 * time.Hour, "away", "away", 503}},
		"one who was never allowed":                             {{0, "away", "away", 503}, {0, "hangs", "hangs", 503}},
		"a refused token is no error, and away is no permit":    {{0, "no", "yes", 401}, {2 * time.Minute, "away", "away", 503}},
		"a refused right is no error, and away is no permit":    {{0, "yes", "no", 403}, {2 * time.Minute, "away", "away", 503}},
		"a token that was taken back is forgotten at once":      {{0, "yes", "yes", 200}, {2 * time.Minute, "no", "yes", 401}, {2 * time.Minute, "away", "away", 503}},
		"a right that was taken back is forgotten at once":      {{0, "yes", "yes", 200}, {2 * time.Minute, "yes", "no", 403}, {2 * time.Minute, "away", "away", 503}},
		"a newly granted right counts when it is checked again": {{0, "yes", "no", 403}, {11 * time.Second, "yes", "yes", 200}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := &apiServer{}
				g := newGuard(Default(), api.ask)
				for i, s := range steps {
					time.Sleep(s.after)
					api.tokens, api.rights = s.tokens, s.rights
					began := time.Now()
					if got := scrape(g, page(t.Context()), "Bearer good"); got != s.want {
						t.Errorf("scrape %d is answered %d, want %d", i+1, got, s.want)
					}
					if took := time.Since(began); took > 5*time.Second {
						t.Errorf("scrape %d took %s", i+1, took)
					}
				}
			})
		})
	}
}

func TestAnAnswerIsForOneTokenAndOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &apiServer{tokens: "yes", rights: "yes"}
		g := newGuard(Default(), api.ask)
		if got := scrape(g, page(t.Context()), "Bearer good"); got != http.StatusOK {
			t.Fatalf("answered %d", got)
		}
		time.Sleep(2 * time.Minute)
		api.tokens, api.rights = "away", "away"
		gone, leave := context.WithCancel(t.Context())
		leave()
		for name, c := range map[string]struct {
			request *http.Request
			header  string
			want    int
		}{
			"the same":                        {page(t.Context()), "bearer  good", 200},
			"another token":                   {page(t.Context()), "Bearer goo", 503},
			"another path":                    {httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug", nil), "Bearer good", 503},
			"another method":                  {httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/metrics", nil), "Bearer good", 503},
			"no token":                        {page(t.Context()), "", 401},
			"an empty token":                  {page(t.Context()), "Bearer ", 401},
			"another scheme":                  {page(t.Context()), "Basic good", 401},
			"who hung up to make asking fail": {page(gone), "Bearer good", 503},
		} {
			if got := scrape(g, c.request, c.header); got != c.want {
				t.Errorf("%s: answered %d, want %d", name, got, c.want)
			}
		}
	})
}

func TestTheAPIServerIsNotAskedAtEachScrape(t *testing.T) {
	for tokens, most := range map[string]int{"yes": 1, "no": 6} {
		synctest.Test(t, func(t *testing.T) {
			api := &apiServer{tokens: tokens, rights: "yes"}
			g := newGuard(Default(), api.ask)
			for range 59 {
				scrape(g, page(t.Context()), "Bearer one")
				time.Sleep(time.Second)
			}
			if api.asked > most {
				t.Errorf("%s: asked %d times in a minute", tokens, api.asked)
			}
		})
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	api := &apiServer{tokens: "yes", rights: "yes"}
	g := newGuard(Default(), api.ask)
	for i := range 3 * maxAnswers {
		scrape(g, page(t.Context()), "Bearer "+strconv.Itoa(i))
	}
	if n, m := len(g.allowed.Keys()), len(g.answers.Keys()); n != maxAnswers || m != maxAnswers {
		t.Errorf("%d and %d answers are remembered", n, m)
	}
}
