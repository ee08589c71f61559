// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dial opens a connection to a running server that ends with the test.
func (w *world) dial(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", w.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

// wire is a signed callback as it goes over the network.
func wire(head, body string) string {
	return "POST " + testPath + "?" + signedQuery(testToken) + "&CallbackCommand=" + infoChanged + " HTTP/1.1\r\nHost: im\r\n" + head + "\r\n" + body
}

func exchange(t *testing.T, conn net.Conn, r *bufio.Reader, request string) *http.Response {
	t.Helper()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return readAnswer(t, r)
}

// readAnswer reads one answer with its body.
func readAnswer(t *testing.T, r *bufio.Reader) *http.Response {
	t.Helper()
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body = io.NopCloser(bytes.NewReader(data))
	return response
}

func checkClosed(t *testing.T, r *bufio.Reader) {
	t.Helper()
	if _, err := r.ReadByte(); errors.Is(err, context.DeadlineExceeded) || err == nil || isTimeout(err) {
		t.Errorf("the connection is still open: %v", err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestOneConnectionServesManyCallbacks(t *testing.T) {
	w := newWorld(t)
	stop := w.start(t)
	conn, r := w.dial(t)
	for range 3 {
		response := exchange(t, conn, r, wire(fmt.Sprintf("Content-Length: %d\r\n", len(smallBody)), smallBody))
		if response.StatusCode != http.StatusOK || response.ContentLength != 50 || response.Close {
			t.Fatalf("answer %+v", response)
		}
	}
	for _, request := range []string{"OPTIONS * HTTP/1.1\r\nHost: im\r\n\r\n", "GET /x HTTP/1.1\r\nHost: im\r\n\r\n", "POST //callbacks/chat/lobby HTTP/1.1\r\nHost: im\r\nContent-Length: 0\r\n\r\n"} {
		conn, r := w.dial(t)
		response := exchange(t, conn, r, request)
		if response.StatusCode != http.StatusNotFound || !response.Close || response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("answer to %q: %+v", request, response)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := strings.Count(w.audit.String(), "\n"); n != 3 {
		t.Errorf("%d audit lines after the end, want 3", n)
	}
}

func TestALargeBodyClosesTheConnection(t *testing.T) {
	for name, request := range map[string]string{
		"declared, none of it sent": wire("Content-Length: 16777217\r\n", ""),
		"declared, 100-continue":    wire("Content-Length: 16777217\r\nExpect: 100-continue\r\n", ""),
		"declared, absurdly":        wire("Content-Length: 9223372036854775807\r\n", "{"),
		"in chunks": wire("Transfer-Encoding: chunked\r\n",
			strings.Repeat("10000\r\n"+strings.Repeat(" ", 0x10000)+"\r\n", 256)+"1\r\n \r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.start(t)
			conn, r := w.dial(t)
			response := exchange(t, conn, r, request)
			if response.StatusCode != http.StatusRequestEntityTooLarge || !response.Close {
				t.Errorf("answer %d, closing %t; want 413, true", response.StatusCode, response.Close)
			}
			_, _ = io.WriteString(conn, "0\r\n\r\n") // an end for the chunks, which net/http would wait for
			checkClosed(t, r)
		})
	}
}

func TestABodyOfExactlySixteenMebibytesIsRead(t *testing.T) {
	w := newWorld(t)
	w.start(t)
	conn, r := w.dial(t)
	body := smallBody + strings.Repeat(" ", maxBodyBytes-len(smallBody))
	response := exchange(t, conn, r, wire("Content-Length: 16777216\r\n", body))
	if response.StatusCode != http.StatusOK || response.Close {
		t.Errorf("answer %d, closing %t", response.StatusCode, response.Close)
	}
}

func TestASlowHeaderIsCutOff(t *testing.T) {
	w := newWorld(t, func(_ *Config, l *limits) { l.readHeader, l.read = 50*time.Millisecond, 50*time.Millisecond })
	w.start(t)
	conn, r := w.dial(t)
	if _, err := io.WriteString(conn, "POST "+testPath+" HTTP/1.1\r\nHost: im\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	checkClosed(t, r)
}

func TestASlowBodyIsCutOffAndNotStored(t *testing.T) {
	w := newWorld(t, func(_ *Config, l *limits) { l.read = 50 * time.Millisecond })
	w.start(t)
	conn, r := w.dial(t)
	response := exchange(t, conn, r, wire("Content-Length: 500\r\n", smallBody))
	if response.StatusCode != http.StatusBadRequest || len(w.journal.events) != 0 {
		t.Errorf("answer %d, %d events; want 400 and none", response.StatusCode, len(w.journal.events))
	}
	if got := w.counted(infoChanged, bodyUnreadable.answer().label); got != 1 {
		t.Errorf("counted %v bodies that did not arrive, want 1", got)
	}
}

func TestAHugeHeaderIsRefused(t *testing.T) {
	w := newWorld(t)
	w.start(t)
	conn, r := w.dial(t)
	response := exchange(t, conn, r, "GET / HTTP/1.1\r\nHost: im\r\nX: "+strings.Repeat("x", 21<<10)+"\r\n\r\n")
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("answer %d, want 431", response.StatusCode)
	}
}

func TestAStopLetsRequestsInFlightFinish(t *testing.T) {
	w := newWorld(t)
	w.journal.enter, w.journal.hold = make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Start(ctx) }()
	<-w.Started()
	conn, r := w.dial(t)
	if _, err := io.WriteString(conn, wire(fmt.Sprintf("Content-Length: %d\r\n", len(smallBody)), smallBody)); err != nil {
		t.Fatal(err)
	}
	<-w.journal.enter
	cancel()
	waitUntilRefused(t, w.Addr())
	select {
	case err := <-ended:
		t.Fatalf("the server ended before its request: %v", err)
	default:
	}
	close(w.journal.hold)
	if response := readAnswer(t, r); response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("answer %d, closing %t; want 200, true", response.StatusCode, response.Close)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.journal.one(t)
}

// waitUntilRefused returns when nobody listens any more.
func waitUntilRefused(t *testing.T, addr string) {
	t.Helper()
	for t.Context().Err() == nil {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		_ = conn.Close()
	}
}

func TestAStoppingServerAnswersOnAKeptConnectionOnceMore(t *testing.T) {
	w := newWorld(t, func(_ *Config, l *limits) { l.drain = time.Minute }) // it ends with the last connection
	stop := w.start(t)
	conn, r := w.dial(t)
	request := wire(fmt.Sprintf("Content-Length: %d\r\n", len(smallBody)), smallBody)
	if response := exchange(t, conn, r, request); response.Close {
		t.Fatal("a server that is not stopping ends the connection")
	}
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for !w.leaving.Load() {
		time.Sleep(time.Millisecond)
	}
	if response := exchange(t, conn, r, request); response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("answer %d, closing %t; want 200, true", response.StatusCode, response.Close)
	}
	checkClosed(t, r)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestAStopEndsRequestsThatTakeTooLong(t *testing.T) {
	w := newWorld(t, func(_ *Config, l *limits) { l.stop = 10 * time.Millisecond })
	w.journal.enter, w.journal.hold = make(chan struct{}), make(chan struct{})
	stop := w.start(t)
	conn, _ := w.dial(t)
	if _, err := io.WriteString(conn, wire(fmt.Sprintf("Content-Length: %d\r\n", len(smallBody)), smallBody)); err != nil {
		t.Fatal(err)
	}
	<-w.journal.enter
	if err := stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the server ended with %v, want a deadline", err)
	}
	close(w.journal.hold)
}

func TestAStopBeforeTheStartReturnsAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Start(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAStartThatCannotListenSaysSo(t *testing.T) {
	first := newWorld(t)
	first.start(t)
	for name, change := range map[string]func(*Config, *limits){
		"a taken port":               func(c *Config, _ *limits) { c.BindAddress = first.Addr() },
		"no such address":            func(c *Config, _ *limits) { c.BindAddress = "nowhere" },
		"a directory without a cert": func(c *Config, _ *limits) { c.TLSCertDir = t.TempDir() },
	} {
		w := newWorld(t, change)
		if err := w.Start(t.Context()); err == nil {
			t.Errorf("%s: the server ended without an error", name)
		}
	}
	if first.NeedLeaderElection() || newWorld(t).Addr() != "" {
		t.Error("the server needs a leader, or has an address before it listens")
	}
}
