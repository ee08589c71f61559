// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	testApp = int64(1400000000)
	testKey = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e" // of the public vectors
	testURL = "https://console.tim.qq.com"
)

func testConfig(h http.Handler) Config {
	return Config{
		BaseURL: testURL, AllowedHost: AllowedHost([]string{"console.tim.qq.com"}), SDKAppID: testApp, AdminUserID: "administrator",
		SecretKey: testKey, Transport: fakeim.InMemory(h),
	}
}

func newClient(t *testing.T, c Config) *Client {
	t.Helper()
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// withCloud runs a test by a fake clock, which waits for nothing.
func withCloud(t *testing.T, config fakeim.Config, test func(*testing.T, *fakeim.Cloud, *Client)) {
	t.Helper()
	config.SDKAppID, config.Key = testApp, testKey
	synctest.Test(t, func(t *testing.T) {
		cloud := fakeim.NewCloud(config)
		test(t, cloud, newClient(t, testConfig(cloud)))
	})
}

// withBody runs a test against a server that always answers the same with the right headers.
func withBody(t *testing.T, body string, test func(*testing.T, *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newClient(t, testConfig(answers(body)))) })
}

func answers(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
		_, _ = io.WriteString(w, body)
	}
}

// observe asks for groups and returns all results, and the error that ended them.
func observe(ctx context.Context, c *Client, ids ...string) (results []Result, err error) {
	for r, e := range c.ObserveGroups(ctx, ids) {
		if e != nil {
			return results, e
		}
		results = append(results, r)
	}
	return results, nil
}

// list asks for all pages.
func list(ctx context.Context, c *Client, from uint64) (pages []Page, err error) {
	for p, e := range c.ListGroups(ctx, from) {
		if e != nil {
			return pages, e
		}
		pages = append(pages, p)
	}
	return pages, nil
}

func create(t *testing.T, cloud *fakeim.Cloud, groups ...fakeim.Group) {
	t.Helper()
	for _, g := range groups {
		if _, err := cloud.Create(g, fakeim.Somebody); err != nil {
			t.Fatal(err)
		}
	}
}

func numbered(n int) (groups []fakeim.Group, ids []string) {
	for i := range n {
		id := "group-" + strconv.Itoa(i)
		groups, ids = append(groups, fakeim.Group{ID: id, Name: "name of " + id}), append(ids, id)
	}
	return groups, ids
}

// checkSecrets fails if a text holds anything that must stay here, or anything that came from there.
func checkSecrets(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{testKey, "usersig", "eJ", "identifier=", "console.tim", "http://", "https://", "injected", "remote"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q holds %q", text, secret)
		}
	}
}
