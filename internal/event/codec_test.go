// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var sample = Event{
	Key:      Key{Namespace: "chat", App: "lobby", GroupID: "@TGS#2J4SZEAEL"},
	SDKAppID: 1400000000,
	Received: time.Unix(1700000000, 123456789),
	Count:    3,
	State: State{
		Registers: []Register{
			{Field: Alive, Time: 1670574414123},
			{Field: CustomPrefix + "k\x00y", Time: 1, Value: "a\x00\x01\xff"},
			{Field: Name, Time: math.MaxInt64, Value: strings.Repeat("運用", 500)},
		},
		Last: Change{Time: 1670574414123, Command: "Group.CallbackAfterGroupInfoChanged", Operator: "leckie", Platform: "Web",
			Fields: []string{"custom/k\x00y", "name"}, Source: Callback},
	},
}

func TestAnEventSurvivesItsEncoding(t *testing.T) {
	least := Event{Count: 1, Received: time.Unix(0, 0), State: State{Last: Change{Source: REST}}}
	negative := least
	negative.SDKAppID, negative.State.Last.Time, negative.Received = math.MinInt64, math.MinInt64, time.Unix(0, math.MinInt64)
	for name, e := range map[string]Event{"a full one": sample, "the least one": least, "negative numbers": negative} {
		got, err := Decode(Append(nil, e))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAppendKeepsWhatIsThereAndCountsAtLeastOne(t *testing.T) {
	prefix := []byte("before")
	b := Append(prefix, Event{State: State{Last: Change{Source: Callback}}})
	if !bytes.HasPrefix(b, prefix) {
		t.Errorf("%q does not begin with what was there", b)
	}
	e, err := Decode(b[len(prefix):])
	if err != nil || e.Count != 1 {
		t.Errorf("an event without a count has %d, %v; want 1", e.Count, err)
	}
}

func TestADecodedEventSharesNoMemory(t *testing.T) {
	b := Append(nil, sample)
	got, err := Decode(b)
	clear(b)
	if diff := cmp.Diff(sample, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestAKeySurvivesItsEncoding(t *testing.T) {
	b := append(AppendKey(nil, sample.Key), "rest"...)
	k, rest, err := DecodeKey(b)
	if k != sample.Key || string(rest) != "rest" || err != nil {
		t.Errorf("key %v, rest %q, %v", k, rest, err)
	}
	if _, _, err := DecodeKey(b[:5]); !errors.Is(err, ErrEncoding) {
		t.Errorf("half a key gives %v", err)
	}
}

func TestEveryShortenedEncodingIsRefused(t *testing.T) {
	b := Append(nil, sample)
	for n := range b {
		if _, err := Decode(b[:n]); !errors.Is(err, ErrEncoding) {
			t.Fatalf("the first %d of %d bytes give %v", n, len(b), err)
		}
	}
	if _, err := Decode(append(b, 0)); !errors.Is(err, ErrEncoding) {
		t.Errorf("a byte after the end gives %v", err)
	}
}

func TestWrongEncodingsAreRefused(t *testing.T) {
	count := func(n int) []byte { // an event with another count
		e := sample
		e.Count = n
		return Append(nil, e)
	}
	one, two := count(1), count(2)
	at := 0
	for one[at] == two[at] {
		at++
	}
	noCount := bytes.Clone(one)
	noCount[at] = 0
	noSource := Append(nil, Event{State: State{Last: Change{Source: 7}}})
	for name, b := range map[string][]byte{
		"nothing": nil, "a count of none": noCount, "an unknown source": noSource,
		"a length past the end": {0xff, 0xff, 0xff, 0xff, 0x0f}, "a number without end": bytes.Repeat([]byte{0xff}, 20),
	} {
		if _, err := Decode(b); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s gives %v, want %v", name, err, ErrEncoding)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Append(nil, sample))
	f.Add(Append(nil, Event{State: NewState(Disbanded, Change{Time: 1, Source: Callback}, nil)}))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 64))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrEncoding) {
				t.Errorf("an error of another kind: %v", err)
			}
			return
		}
		again, err := Decode(Append(nil, e))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = Append(buf[:0], sample)
	}
}

func BenchmarkDecode(b *testing.B) {
	buf := Append(nil, sample)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(buf); err != nil {
			b.Fatal(err)
		}
	}
}
