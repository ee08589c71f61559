// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets this program stand in for tools that a machine may not have.
func TestMain(m *testing.M) {
	if do, found := standIns[filepath.Base(os.Args[0])]; found {
		if err := do(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	_ = os.RemoveAll(programs.dir) // "" where nothing was built
	os.Exit(code)
}

var standIns = map[string]func(args []string) error{"curl": curl, "openssl": openssl}

// curl does what the documents ask of curl.
func curl(args []string) error {
	var address, body string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-d":
			i++
			body = args[i]
		case a == "-X" || a == "-H":
			i++
		case !strings.HasPrefix(a, "-"):
			address = a
		}
	}
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}

// openssl rand -hex N
func openssl(args []string) error {
	if len(args) != 3 || args[0] != "rand" || args[1] != "-hex" {
		return fmt.Errorf("openssl: %q is not known here", args)
	}
	var n int
	if _, err := fmt.Sscan(args[2], &n); err != nil {
		return err
	}
	secret := make([]byte, n)
	_, _ = rand.Read(secret) // never fails
	_, err := fmt.Printf("%x\n", secret)
	return err
}
