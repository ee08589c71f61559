// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// hostileVariable makes this test's program an untrusted sender, in a process with files of its own: it has the
// address and how many connections to hold.
const hostileVariable = "WEBHOOK_TEST_HOSTILE"

// hostileHeads are what the connections of an untrusted sender begin with, by turns. Each is then silent.
var hostileHeads = []string{
	"",
	"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n",
	"POST " + testPath + "?Sign=",
	"POST " + testPath + "?SdkAppid=1400000000&RequestTime=1700000000&Sign=" + strings.Repeat("0", 64) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{",
}

// beHostile holds connections open until its standard input ends, and opens another one whenever one was closed.
func beHostile(addr string, connections int) {
	var held atomic.Int32
	for i := range connections {
		go func() {
			for {
				c, err := net.Dial("tcp", addr)
				if err == nil {
					_, _ = io.WriteString(c, hostileHeads[i%len(hostileHeads)])
					if held.Add(1) == int32(connections) {
						fmt.Println("held")
					}
					_, _ = io.Copy(io.Discard, c)
					_ = c.Close()
				}
				time.Sleep(10 * time.Second)
			}
		}()
		if i%100 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// runHostile starts an untrusted sender and waits until it has opened all its connections once.
func runHostile(t *testing.T, addr string, connections int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), hostileVariable+"="+addr+" "+strconv.Itoa(connections))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("the untrusted sender says %q, %v", line, err)
	}
}

// goodPatience is how long a good callback may take here. How soon it is answered is measured by the benchmark.
const goodPatience = 30 * time.Second

// An untrusted sender takes every place there is, and more. Good callbacks, by kept and by new connections, are
// answered all the same.
func TestAnUntrustedSenderKeepsNobodyOut(t *testing.T) {
	places := connectionsWithin(openFiles())
	w := newWorld(t, func(_ *Config, l *limits) { l.connections = places })
	w.start(t)
	before := memoryInUse()
	kept := &http.Client{Timeout: goodPatience, Transport: &http.Transport{}}
	t.Cleanup(kept.CloseIdleConnections)
	w.checkGood(t, kept)
	runHostile(t, w.Addr(), places)
	var slowest time.Duration
	for range 100 {
		fresh := &http.Client{Timeout: goodPatience, Transport: &http.Transport{DisableKeepAlives: true}}
		slowest = max(slowest, w.checkGood(t, kept), w.checkGood(t, fresh))
	}
	grown := memoryInUse() - before
	t.Logf("the slowest good callback took %s beside %d connections; memory grew by %d MiB", slowest, places, grown>>20)
	if grown > int64(places)*32<<10 {
		t.Errorf("memory grew by %d MiB", grown>>20)
	}
}

// checkGood sends a good callback and returns how long the answer took.
func (w *world) checkGood(t *testing.T, client *http.Client) time.Duration {
	t.Helper()
	start := time.Now()
	response, err := client.Post("http://"+w.Addr()+testPath+"?"+signedQuery(testToken)+"&CallbackCommand="+infoChanged, "application/json", strings.NewReader(smallBody))
	if err != nil {
		t.Fatalf("a good callback: %v", err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Close != client.Transport.(*http.Transport).DisableKeepAlives {
		t.Errorf("a good callback gets %d, closing %t", response.StatusCode, response.Close)
	}
	return time.Since(start)
}

func memoryInUse() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
