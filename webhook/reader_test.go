// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// checkBody compares what is read of a body with the slow way.
func checkBody(t interface {
	Helper()
	Errorf(string, ...any)
}, data string, src io.Reader) {
	t.Helper()
	got, valid, o := readBody(src, true)
	want, wantValid := slowBody([]byte(data))
	slices.Sort(got.custom.cut)
	slices.Sort(want.custom.cut)
	if o != proceed || valid != wantValid || !cmp.Equal(want, got, cmp.AllowUnexported(body{}, value{}, customFields{}), cmpEmpty) {
		t.Errorf("%q: outcome %d, valid %t, want %t; (-want +got):\n%s", data, o, valid, wantValid,
			cmp.Diff(want, got, cmp.AllowUnexported(body{}, value{}, customFields{}), cmpEmpty))
	}
}

var cmpEmpty = cmp.Transformer("empty", func(values []event.Value) []event.Value {
	if len(values) == 0 {
		return nil
	}
	return values
})

func TestEveryPayloadIsReadTheSlowWayToo(t *testing.T) {
	for _, data := range payloads(t) {
		checkBody(t, string(data), strings.NewReader(string(data)))
		checkBody(t, string(data), iotest.OneByteReader(strings.NewReader(string(data))))
		checkBody(t, string(data), iotest.DataErrReader(strings.NewReader(string(data))))
	}
}

// odd are texts of members, names and tokens, right ones and wrong ones.
var (
	oddStrings = []string{`""`, `"x"`, `"\u0000"`, "\"\n\"", "\"\x00\x1f\"", `"\ud83d\ude00"`, `"\ud800"`, `"\udc00\ud800"`, `"\ud800\u0041"`, "\"\xff\"", "\"\xe8\xaa\"",
		`"語"`, `"\\"`, `"\""`, `"\\\""`, `"\/\b\f\n\r\t"`, `"\x"`, `"\u12"`, `"\u12`, `"`, `"[{]}"`, `"\ufffd"`, `"\\ud800"`, "\"\x7f\u2028\"", `"1670574414123"`, `" 7 "`}
	oddNumbers = []string{`0`, `-0`, `7`, `1e3`, `1E+3`, `-1.50`, `01`, `1.`, `.5`, `+1`, `-`, `1e`, `18446744073709551616`, `1e400`, `Infinity`, `0x1`}
	oddValues  = []string{`null`, `true`, `false`, `nul`, `True`, `{}`, `[]`, `[ 1 , [ ] , { "a" : [ null ] } ]`, `{"Key":"k","Value":"v"}`, `{"a":1,"a":2}`, `[1,]`, `{,}`, `{"a"}`, `{1:2}`, `]`, `}`, ``, `/**/`, "\ufeff"}
	oddNames   = []string{`"Na\u006de"`, `"name"`, `"Name "`, `"\u0047roupId"`, `"Na\ud800me"`, "\"Na\xffme\"", "\"Na\nme\"", `"Unknown"`, `""`, `Name`, `'Name'`}
	spaces     = []string{"", "", " ", "\n", "\t\r", "   ", " ", "", "", "", "", "", "", "", "", "\f", "\u00a0"}
)

// pick draws one of texts; one that is not JSON seldom, since a single one spoils a body.
func pick(t *rapid.T, label string, texts []string) string {
	text := rapid.SampledFrom(texts).Draw(t, label)
	if !json.Valid(escapeRawControls([]byte(text))) && rapid.IntRange(0, 9).Draw(t, "spoil") > 0 {
		return `"x"`
	}
	return text
}

// drawValue makes a value, now and then none.
func drawValue(t *rapid.T, depth int) string {
	switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case kind < 5:
		return pick(t, "string", oddStrings)
	case kind < 7:
		return pick(t, "number", oddNumbers)
	case kind < 8 || depth > 3:
		return pick(t, "value", oddValues)
	case kind < 9:
		return "[" + strings.Join(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return drawValue(t, depth+1) }), 0, 4).Draw(t, "array"), ",") + "]"
	}
	return drawObject(t, depth+1)
}

func drawObject(t *rapid.T, depth int) string {
	known := []string{`"Key"`, `"Value"`}
	for name := range memberNames {
		known = append(known, `"`+name+`"`, `"`+name+`"`)
	}
	slices.Sort(known)
	var all []string
	for range rapid.IntRange(0, 8).Draw(t, "members") {
		space := func() string { return rapid.SampledFrom(spaces).Draw(t, "space") }
		name := pick(t, "name", append(known, oddNames...))
		v := drawValue(t, depth)
		if name == `"UserDefinedDataList"` && rapid.Bool().Draw(t, "list") {
			v = "[" + drawPair(t) + "," + drawPair(t) + "]"
		}
		all = append(all, space()+name+space()+":"+space()+v+space())
	}
	return "{" + strings.Join(all, ",") + "}"
}

func drawPair(t *rapid.T) string {
	return `{"Key":` + drawValue(t, 2) + `,"Value":` + drawValue(t, 2) + `}`
}

func TestAnyBodyIsReadTheSlowWayToo(t *testing.T) {
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SampledFrom([]string{"", "", "", "\ufeff", " ", "\xef"}).Draw(t, "head") + drawObject(t, 0) +
			rapid.SampledFrom([]string{"", "", "", "\r\n", "\x00", "{}", "1"}).Draw(t, "tail")
		src := rapid.SampledFrom([]func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader, same}).Draw(t, "reader")
		checkBody(t, data, src(strings.NewReader(data)))
		if _, ok := slowBody([]byte(data)); ok {
			valid++
		}
	})
	if valid < 10 {
		t.Errorf("only %d bodies were valid: the test proves little", valid)
	}
}

func same(r io.Reader) io.Reader { return r }

// bigBodies are larger than what is kept of them.
func bigBodies() map[string]string {
	const size = 12 << 20
	fill := func(head, each, tail string) string {
		return head + strings.Repeat(each, (size-len(head)-len(tail))/len(each)) + tail
	}
	name := fill(``, "n", ``)
	return map[string]string{
		"a string that nobody wants":         fill(`{"GroupId":"g","x":"`, `y`, `","Name":"n"}`),
		"a string of escapes":                fill(`{"GroupId":"g","x":"`, `\u0041\"\\`, `","Name":"n"}`),
		"a string of raw control characters": fill(`{"GroupId":"g","x":"`, "\x01", `","Name":"n"}`),
		"a string of broken UTF-8":           fill(`{"GroupId":"g","x":"`, "\xbf", `","Name":"n"}`),
		"a member's name":                    `{"GroupId":"g","` + name + `":1,"Name":"n"}`,
		"names at every level":               `{"GroupId":"g","x":` + strings.Repeat(`{"`+strings.Repeat("k", size/40)+`":`, 31) + "1" + strings.Repeat("}", 31) + `,"Name":"n"}`,
		"a number":                           fill(`{"GroupId":"g","x":1`, `0`, `,"Name":"n"}`),
		"white space":                        fill(`{"GroupId":"g",`, " \n", `"Name":"n"}`),
		"white space before and after":       strings.Repeat(" ", size/2) + `{"GroupId":"g","Name":"n"}` + strings.Repeat("\t", size/2),
		"a list of members":                  fill(`{"GroupId":"g","MemberList":[`, `{"Member_Account":"leckie"},`, `{}],"Name":"n"}`),
		"members of one object":              fill(`{"GroupId":"g",`, `"x":1,`, `"Name":"n"}`),
		"brackets":                           fill(`{"GroupId":"g","x":[`, `[[[]]],`, `[]],"Name":"n"}`),
		"custom fields without a key":        fill(`{"GroupId":"g","UserDefinedDataList":[`, `{"Value":"v"},`, `{}],"Name":"n"}`),
	}
}

// What a request costs is bounded whatever it sends. All that is allocated counts, so the peak is lower.
func TestALargeBodyTakesLittleMemory(t *testing.T) {
	for what, data := range bigBodies() {
		t.Run(what, func(t *testing.T) {
			cost, b := memoryOf(t, data)
			for again := 0; cost > 64<<10 && again < 3; again++ { // what other goroutines allocate counts too
				cost, b = memoryOf(t, data)
			}
			if cost > 64<<10 {
				t.Errorf("%d bytes were allocated for a body of %d", cost, len(data))
			}
			if b.values[groupIDMember].text != "g" || b.values[nameMember].text != "n" {
				t.Errorf("read %+v", b.values)
			}
		})
	}
}

// memoryOf reads a body with a new reader, as the first request does.
func memoryOf(t *testing.T, data string) (uint64, body) {
	t.Helper()
	var before, after runtime.MemStats
	src := strings.NewReader(data)
	runtime.ReadMemStats(&before)
	var b body
	r := bodyReaders.New().(*bodyReader)
	r.begin(src)
	err := r.read(&b)
	runtime.ReadMemStats(&after)
	if err != nil || r.short.drain() != nil {
		t.Error(err)
	}
	return after.TotalAlloc - before.TotalAlloc, b
}

// Texts of ours may be much longer in JSON than they are.
func TestTheLongestTextsComeWhole(t *testing.T) {
	for _, each := range []string{"a", `\n`, "\n", `\u8a9e`, "語", `\ud83d\ude00`, "😀"} {
		for name, bound := range map[string]int{"Name": 1024, "Introduction": 4096, "Notification": 8192, "FaceUrl": 4096, "Type": 256, "Operator_Account": 256} {
			text := strings.Repeat(each, bound)
			data := `{"GroupId":"` + strings.Repeat(`\u0067`, 128) + `","` + name + `":"` + text + `","UserDefinedDataList":[{"Key":"` +
				strings.Repeat(each, 256) + `","Value":"` + strings.Repeat(each, 2048) + `"}]}`
			checkBody(t, data, strings.NewReader(data))
			over := strings.Replace(data, text, text+strings.Repeat(each, 99999), 1)
			d, o := decodeBody(infoChanged, over)
			if o != proceed || (name != "Operator_Account" && len(d.cut) != 1) || len(d.cut) > 1 {
				t.Errorf("%s of %d × %s and more: outcome %d, cut %v", name, bound, each, o, d.cut)
			}
		}
	}
}

func TestACustomValueThatIsNoStringIsCutToo(t *testing.T) {
	for _, v := range []string{
		"[" + strings.Repeat(`"語",`, 1<<20) + "1]",
		`{"x":"` + strings.Repeat(`y`, 1<<20) + `"}`,
		strings.Repeat("9", 1<<20),
		"[[" + strings.Repeat(`1 , `, 1<<20) + "1]]",
	} {
		data := `{"GroupId":"g","UserDefinedDataList":[{"Value":` + v + `,"Key":"k"}],"Name":"n"}`
		cost, b := memoryOf(t, data)
		got := b.custom.values[0].Value
		want, _ := event.Cut(event.CustomValue, strings.ReplaceAll(v, " ", ""))
		if got != want || !slices.Equal(b.custom.cut, []string{event.CustomValue}) || b.values[nameMember].text != "n" {
			t.Errorf("%.20s is kept as %d characters of %.20s, cut %v", v, len(got), got, b.custom.cut)
		}
		if cost > 512<<10 {
			t.Errorf("%.20s: %d bytes were allocated", v, cost)
		}
	}
}

func TestABodyThatDoesNotComeWholeIsUnreadableWhateverItSays(t *testing.T) {
	for _, data := range []string{"", "{", `{"GroupId":"g"}`, "garbage", strings.Repeat("x", 1<<20)} {
		for _, wanted := range []bool{true, false} {
			src := io.MultiReader(strings.NewReader(data), iotest.ErrReader(io.ErrUnexpectedEOF))
			if _, _, o := readBody(src, wanted); o != bodyUnreadable {
				t.Errorf("%.20q, wanted %t: outcome %d, want %d", data, wanted, o, bodyUnreadable)
			}
		}
	}
}

// A reader is used again, and nothing of one body is in the next.
func TestAReaderIsUsedAgain(t *testing.T) {
	var bodies []string
	for _, data := range payloads(t) {
		bodies = append(bodies, string(data), string(data[:len(data)/2]), `{"Name":"`+strings.Repeat("x", rand.IntN(100000)))
	}
	for _, data := range bodies {
		checkBody(t, data, strings.NewReader(data))
	}
}

func TestANumberOfBytesTooManyForANumberIsNoText(t *testing.T) {
	long := fmt.Sprintf(`{"GroupId":%s,"Name":"n"}`, strings.Repeat("7", 5000))
	if _, o := decodeBody(infoChanged, long); o != badGroupID {
		t.Errorf("outcome %d, want %d", o, badGroupID)
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range payloads(f) {
		f.Add(string(data))
	}
	f.Add("\ufeff{\"GroupId\":1e3,\"Name\":\"a\n\xff\",\"UserDefinedDataList\":[{\"Key\":\"\\ud800\",\"Value\":[1, {}]}]}\r\n")
	f.Fuzz(func(t *testing.T, data string) {
		if len(data) < maxShortToken { // a longer token may be cut, which the slow way does not know
			checkBody(t, data, strings.NewReader(data))
		}
	})
}
