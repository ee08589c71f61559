// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// A pipe as stderr that is full from the beginning and that nobody reads: a frozen log collector.
func TestALogThatNobodyReadsHoldsUpNeitherAnswersNorTheEnd(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := newOperator(t, ns)
	log := o.Log
	o.Log = fullPipe(t)
	o.start()
	o.Log = log // that of the end, for which there is a reader
	must(t, os.WriteFile(log, nil, 0o600))
	o.awaitReady()

	s := o.sender(ns, "chat")
	s.Client = &http.Client{Timeout: 2 * time.Second}
	for i := range 100 {
		if err := refused(t.Context(), s, http.StatusForbidden, fakeim.InfoChanged("g", 1000, nil), fakeim.WithoutSign()); err != nil {
			t.Fatalf("refusal %d: %v", i, err)
		}
		send(t, s, fakeim.InfoChanged(fmt.Sprint("g", i), 1000, fakeim.Body{"Name": "ops"}))
	}
	for _, stream := range []string{"log", "audit"} {
		if _, counted := o.metrics()[fmt.Sprintf("imgroup_log_dropped_lines_total{log=%q}", stream)]; !counted {
			t.Errorf("the lines of the %s that are dropped are not counted", stream)
		}
	}
	o.awaitDrained()
	begin := time.Now()
	o.stop()
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("the end took %s", took)
	}
}

// fullPipe is a named pipe that takes no more bytes and is read by nobody.
func fullPipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stderr")
	must(t, syscall.Mkfifo(path, 0o600))
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_NONBLOCK, 0)
	must(t, err)
	t.Cleanup(func() { _ = syscall.Close(fd) })
	for n := 4096; n > 0; {
		switch _, err := syscall.Write(fd, make([]byte, n)); {
		case errors.Is(err, syscall.EAGAIN):
			n /= 2
		case err != nil:
			t.Fatal(err)
		}
	}
	return path
}
