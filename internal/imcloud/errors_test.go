// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// kind names the type of an error.
func kind(err error) string {
	var (
		configuration *ConfigurationError
		wait          *BackOffError
		unavailable   *UnavailableError
		request       *RequestError
	)
	switch {
	case errors.As(err, &configuration):
		return "configuration"
	case errors.As(err, &wait):
		return "back off " + wait.Wait.String()
	case errors.As(err, &unavailable):
		return "unavailable"
	case errors.As(err, &request):
		return "request"
	}
	return fmt.Sprint(err)
}

func TestEveryCodeHasItsTypeOfError(t *testing.T) {
	want := map[string][]int{
		"configuration": {10007, 10016, 10026, 60004, 60005, 60006, 60010, 60012, 60016, 60017, 60020, 60021,
			70001, 70002, 70003, 70005, 70009, 70013, 70014, 70020, 70403},
		"back off 10s":  {10006, 60007, 60011, 60018, 60019},
		"back off 1m0s": {70050},
		"request":       {10003, 10004, 60002, 60003, 60009, 70402},
		"unavailable":   {10002, 60008, 70169, 70202, 70500, 10010, 10015, 77777},
	}
	for _, kindWanted := range slices.Sorted(maps.Keys(want)) {
		for _, code := range want[kindWanted] {
			withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
				cloud.Inject(fakeim.Fault{Code: code})
				_, err := list(t.Context(), c, 0)
				calls := 1
				switch {
				case code == codeSigExpired:
					calls = 2 // with a new signature
				case kindWanted == "unavailable" && code != codeGroupGone && code != codeGroupInvalid:
					calls = maxAttempts
				}
				if got := kind(err); got != kindWanted || cloud.Calls(listCommand) != calls {
					t.Errorf("%d: %s after %d calls, want %s after %d", code, got, cloud.Calls(listCommand), kindWanted, calls)
				}
				if !strings.Contains(err.Error(), fmt.Sprint(code)) || !strings.HasPrefix(err.Error(), listCommand+": ") {
					t.Errorf("%d: %v", code, err)
				}
				checkSecrets(t, fmt.Sprintf("%v %+v %#v", err, err, err))
			})
		}
	}
}

func TestEveryHTTPStatusHasItsTypeOfError(t *testing.T) {
	date := func(offset time.Duration) string {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(offset).Format(http.TimeFormat)
	}
	for _, row := range []struct {
		status     int
		retryAfter string
		want       string
	}{
		{301, "", "configuration"},
		{307, "", "configuration"},
		{401, "", "configuration"},
		{403, "", "configuration"},
		{404, "", "configuration"},
		{407, "", "configuration"},
		{400, "", "request"},
		{413, "", "request"},
		{408, "", "unavailable"},
		{500, "", "unavailable"},
		{502, "7", "unavailable"},
		{503, "", "unavailable"},
		{503, "x", "unavailable"},
		{503, "0", "unavailable"},
		{503, "30", "back off 30s"},
		{503, "3", "back off 10s"},
		{429, "", "back off 10s"},
		{429, "-5", "back off 10s"},
		{429, "99999999", "back off 1h0m0s"},
		{429, "99999999999999999999", "back off 10s"},
		{429, date(40 * time.Second), "back off 40s"},
		{429, date(-time.Hour), "back off 10s"},
		{204, "", "configuration"},
	} {
		withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
			cloud.Inject(fakeim.Fault{Status: row.status, Body: []byte("remote"),
				Header: http.Header{"Retry-After": {row.retryAfter}, "Location": {"https://evil.example.com/remote"}}})
			_, err := observe(t.Context(), c, "g")
			calls := map[bool]int{true: maxAttempts, false: 1}[row.want == "unavailable"]
			if got := kind(err); got != row.want || cloud.Calls(infoCommand) != calls || !strings.Contains(err.Error(), fmt.Sprint(row.status)) {
				t.Errorf("%d %q: %v after %d calls, want %s after %d", row.status, row.retryAfter, err, cloud.Calls(infoCommand), row.want, calls)
			}
			checkSecrets(t, fmt.Sprintf("%v %+v %#v", err, err, err))
		})
	}
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	for name, fault := range map[string]fakeim.Fault{
		"a broken connection": fakeim.Down, "an overloaded server": fakeim.Unavailable, "a server that is stuck": {Hang: true},
		"an internal error": {Code: 10002}, "no JSON": {Body: []byte("<html>")}, "no Date": {Header: http.Header{"Date": nil}, Body: []byte("{}")},
	} {
		fault.Times = maxAttempts - 1
		withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
			create(t, cloud, fakeim.Group{ID: "g", Name: "n"})
			cloud.Inject(fault)
			start := time.Now()
			results, err := observe(t.Context(), c, "g")
			if err != nil || len(results) != 1 || results[0].Outcome != Observed {
				t.Errorf("%s: %v, %v", name, results, err)
			}
			if took := time.Since(start); took < 3500*time.Millisecond || took > 27*time.Second || !fault.Hang && took > 6*time.Second {
				t.Errorf("%s: it took %v", name, took)
			}
		})
	}
}

func TestAServerThatIsStuckCostsBoundedTime(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		cloud.Inject(fakeim.Fault{Hang: true})
		start := time.Now()
		_, err := observe(t.Context(), c, "g")
		if took := time.Since(start); kind(err) != "unavailable" || took < 20*time.Second || took > 27*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		checkSecrets(t, err.Error())
	})
}

func TestTheCallersContextEndsEverything(t *testing.T) {
	for name, fault := range map[string]fakeim.Fault{
		"while the server is stuck": {Hang: true}, "during a pause": {Code: 10002, Times: 1},
	} {
		withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
			cloud.Inject(fault)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			start := time.Now()
			_, err := observe(ctx, c, "g")
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 200*time.Millisecond {
				t.Errorf("%s: %v after %v", name, err, took)
			}
			checkSecrets(t, err.Error())
		})
	}
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := list(ctx, c, 0); !errors.Is(err, context.Canceled) || cloud.Calls(listCommand) != 0 {
			t.Errorf("%v after %d calls", err, cloud.Calls(listCommand))
		}
		soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, first := list(soon, c, 0)
		if _, second := list(soon, c, 0); first != nil || !errors.Is(second, context.DeadlineExceeded) {
			t.Errorf("waiting longer than there is time for gives %v, %v", first, second)
		}
	})
}

func TestAServerWhoseClockIsFarAheadIsNotBelieved(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		-100 * time.Hour: "<nil>", 5 * time.Minute: "<nil>", 5*time.Minute + time.Second: "unavailable", 100 * time.Hour: "unavailable",
	} {
		now := func() time.Time { return time.Now().Add(ahead) }
		withCloud(t, fakeim.Config{Now: now}, func(t *testing.T, _ *fakeim.Cloud, c *Client) {
			if _, err := observe(t.Context(), c, "g"); kind(err) != want {
				t.Errorf("%v ahead: %v, want %s", ahead, err, want)
			}
		})
	}
}

func TestAnExpiredSignatureIsMadeAnewOnce(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		expired := fakeim.Expired
		expired.Times = 1
		cloud.Inject(expired)
		if _, err := observe(t.Context(), c, "g"); err != nil || cloud.Calls(infoCommand) != 2 {
			t.Errorf("%v after %d calls", err, cloud.Calls(infoCommand))
		}
	})
}
