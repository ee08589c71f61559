// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAllowedHosts(t *testing.T) {
	allowed := AllowedHost([]string{"console.tim.qq.com", "im.example.com:8443", "http://127.0.0.1:8091", "http://example.com:80", "Other.example.com:443"})
	for baseURL, want := range map[string]bool{
		"https://console.tim.qq.com":              true,
		"https://console.tim.qq.com/":             true,
		"https://im.example.com:8443":             true,
		"https://CONSOLE.tim.qq.com":              true,
		"https://console.tim.qq.com:443":          true,
		"https://other.example.com":               true,
		"http://127.0.0.1:8091":                   true,
		"https://im.example.com":                  false,
		"https://console.tim.qq.com:444":          false,
		"http://console.tim.qq.com":               false,
		"https://127.0.0.1:8091":                  false,
		"http://127.0.0.1:8092":                   false,
		"http://127.0.0.1":                        false,
		"http://localhost:8091":                   false,
		"http://example.com:80":                   false,
		"ftp://console.tim.qq.com":                false,
		"//console.tim.qq.com":                    false,
		"console.tim.qq.com":                      false,
		"":                                        false,
		"https://":                                false,
		"https://console.tim.qq.com/v4":           false,
		"https://console.tim.qq.com?x":            false,
		"https://console.tim.qq.com?":             false,
		"https://console.tim.qq.com#x":            false,
		"https://me@console.tim.qq.com":           false,
		"https://console.tim.qq.com@evil.com":     false,
		"https://console.tim.qq.com.evil.com":     false,
		"https://evil.com/https://console.tim.qq": false,
		"https:console.tim.qq.com":                false,
		"https://console.tim.qq.com\n":            false,
	} {
		if allowed(baseURL) != want {
			t.Errorf("%q: allowed %t, want %t", baseURL, !want, want)
		}
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"a host that is not allowed":       func(c *Config) { c.BaseURL = "https://evil.com" },
		"no list of hosts":                 func(c *Config) { c.AllowedHost = nil },
		"a list that allows everything":    func(c *Config) { c.BaseURL, c.AllowedHost = "https://x/y", func(string) bool { return true } },
		"no SDKAppID":                      func(c *Config) { c.SDKAppID = 0 },
		"no administrator":                 func(c *Config) { c.AdminUserID = "" },
		"an administrator with a new line": func(c *Config) { c.AdminUserID = "a\nTLS.sdkappid:7" },
		"an administrator not in UTF-8":    func(c *Config) { c.AdminUserID = "a\xff" },
		"no key":                           func(c *Config) { c.SecretKey = "" },
		"a key with a new line":            func(c *Config) { c.SecretKey = testKey + "\n" },
		"a negative rate":                  func(c *Config) { c.QueriesPerSecond = -1 },
		"a rate above Tencent's":           func(c *Config) { c.QueriesPerSecond = 201 },
	} {
		config := testConfig(nil)
		change(&config)
		_, err := New(config)
		var configuration *ConfigurationError
		if !errors.Is(err, ErrHostNotAllowed) && !errors.As(err, &configuration) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkSecrets(t, err.Error())
	}
}

func TestPrintingShowsNoSecret(t *testing.T) {
	config := testConfig(nil)
	client := newClient(t, config)
	client.sig.current()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{config.SecretKey, config, &config, client} {
			checkSecret(t, verb, fmt.Sprintf(verb, value))
		}
	}
	config.AllowedHost, config.Transport = nil, nil
	text, err := json.Marshal(config.SecretKey)
	if err != nil || string(text) != `"[hidden]"` {
		t.Errorf("in JSON the key is %s, %v", text, err)
	}
}

func checkSecret(t *testing.T, how, text string) {
	t.Helper()
	checkNone(t, how, text, testKey, "eJ", fmt.Sprintf("%x", testKey))
}

func checkNone(t *testing.T, how, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("%s shows %q: %s", how, s, text)
		}
	}
}
