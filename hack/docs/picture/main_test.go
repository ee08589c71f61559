// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

func TestADrawingBecomesWellFormedAndTellsWhatItIs(t *testing.T) {
	var out strings.Builder
	if err := run([]string{"a & b"}, strings.NewReader(" .-. \n | +-> <\n '-' \n"), &out); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"<title>a &amp; b</title>", "prefers-color-scheme: dark", "viewBox=", "<path"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%s is not in\n%s", part, out.String())
		}
	}
	checkXML(t, out.String())
}

func TestADrawingWithoutATitleIsRefused(t *testing.T) {
	if err := run(nil, strings.NewReader(""), io.Discard); err == nil {
		t.Error("it was not refused")
	}
}

// The picture of the data flow is the one that its text gives.
func TestThePictureOfTheDocumentIsAsItsText(t *testing.T) {
	const docs = "../../../docs/"
	want, err := os.ReadFile(docs + "dataflow.svg")
	if err != nil {
		t.Fatal(err)
	}
	checkXML(t, string(want))
	text, err := os.Open(docs + "dataflow.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	title, _, _ := strings.Cut(string(want), "</title>")
	_, title, _ = strings.Cut(title, "<title>")
	var got strings.Builder
	if err := run([]string{title}, text, &got); err != nil || got.String() != string(want) {
		t.Errorf("docs/dataflow.svg is not as docs/dataflow.txt: run hack/docs/generate.sh (%v)", err)
	}
}

func checkXML(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}
