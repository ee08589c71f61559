// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// exposition is a page of Prometheus metrics.
type exposition string

func scrape(ctx context.Context, c *http.Client, url string) (exposition, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := c.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", response.Status)
	}
	return exposition(text), err
}

// sum adds up the series of a name that have all of the labels, each written as name="value".
func (e exposition) sum(name string, labels ...string) (total float64) {
	for line := range strings.Lines(string(e)) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest == "" || rest[0] != '{' && rest[0] != ' ' || !hasAll(rest, labels) {
			continue
		}
		words := strings.Fields(rest)
		if v, err := strconv.ParseFloat(words[len(words)-1], 64); err == nil {
			total += v
		}
	}
	return total
}

func hasAll(line string, labels []string) bool {
	for _, label := range labels {
		if !strings.Contains(line, "{"+label) && !strings.Contains(line, ","+label) {
			return false
		}
	}
	return true
}

// comment is a number in a comment of the form "# name = number", as a heap profile has them.
func (e exposition) comment(name string) (value float64) {
	for line := range strings.Lines(string(e)) {
		if n, is := strings.CutPrefix(line, "# "+name+" = "); is {
			value, _ = strconv.ParseFloat(strings.TrimSpace(n), 64)
		}
	}
	return value
}
