// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"time"
)

// patience is how long Tencent waits for an answer.
const patience = 2 * time.Second

// conn is one keep-alive connection of the load.
type conn struct {
	addr   string
	socket net.Conn
	in     []byte
}

// answer is how a callback ended.
type answer int

const (
	acknowledged answer = iota // HTTP 200 with exactly the documented body
	refused                    // another answer
	failed                     // no answer within patience, or a broken connection
)

var (
	statusOK      = []byte("HTTP/1.1 200 OK\r\n")
	contentLength = []byte("\r\nContent-Length: ")
	closes        = []byte("\r\nConnection: close\r\n")
	blankLine     = []byte("\r\n\r\n")
	bodyOK        = []byte(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`)

	errAnswer = errors.New("not an HTTP answer with a Content-Length")
)

// exchange sends a request and reads its answer. After a failure the next one opens a new connection, as Tencent would.
func (c *conn) exchange(request []byte) answer {
	a, err := c.try(request)
	if err != nil {
		c.close()
		return failed
	}
	return a
}

func (c *conn) try(request []byte) (answer, error) {
	deadline := time.Now().Add(patience)
	if c.socket == nil {
		socket, err := net.DialTimeout("tcp", c.addr, patience)
		if err != nil {
			time.Sleep(10 * time.Millisecond) // a listener that is gone refuses thousands of times a second
			return failed, err
		}
		c.socket, c.in = socket, make([]byte, 4096)
	}
	if err := c.socket.SetDeadline(deadline); err != nil {
		return failed, err
	}
	if _, err := c.socket.Write(request); err != nil {
		return failed, err
	}
	return c.read()
}

// read reads one answer; it is small and nearly always comes in one piece.
func (c *conn) read() (answer, error) {
	have := 0
	for have < len(c.in) {
		n, err := c.socket.Read(c.in[have:])
		if err != nil {
			return failed, err
		}
		have += n
		head := bytes.Index(c.in[:have], blankLine)
		if head < 0 {
			continue
		}
		length, err := lengthOf(c.in[:head+2])
		if err != nil {
			return failed, err
		}
		if body := head + len(blankLine); have >= body+length {
			if bytes.Contains(c.in[:body], closes) {
				c.close()
			}
			return judge(c.in[:body], c.in[body:body+length]), nil
		}
	}
	return failed, errAnswer
}

func lengthOf(head []byte) (int, error) {
	_, rest, found := bytes.Cut(head, contentLength)
	text, _, ended := bytes.Cut(rest, blankLine[:2])
	if !found || !ended {
		return 0, errAnswer
	}
	return strconv.Atoi(string(text))
}

func judge(head, body []byte) answer {
	if bytes.HasPrefix(head, statusOK) && bytes.Equal(body, bodyOK) {
		return acknowledged
	}
	return refused
}

func (c *conn) close() {
	if c.socket != nil {
		_ = c.socket.Close()
		c.socket = nil
	}
}
