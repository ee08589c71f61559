// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apps

import (
	"fmt"
	"testing"
)

// filled has n apps.
func filled(n int) *Registry {
	r := &Registry{}
	for i := range n {
		r.Set(App{Key: keyOf(i), Secret: "token", Ready: true, Tokens: [][]byte{[]byte("x")}})
	}
	return r
}

func keyOf(i int) Key { return Key{"ns" + fmt.Sprint(i), "app"} }

// BenchmarkSet is what each poll of a Secret costs: of one that is as it was, and of one with a new token.
func BenchmarkSet(b *testing.B) {
	for _, n := range []int{100, 5000, 20000} {
		r := filled(n)
		app, _ := r.Get(keyOf(1))
		b.Run(fmt.Sprintf("unchanged/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Set(app)
			}
		})
		tokens := [][][]byte{{[]byte("x")}, {[]byte("y")}}
		b.Run(fmt.Sprintf("changed/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				app.Tokens = tokens[i%2]
				r.Set(app)
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	r, key := filled(5000), keyOf(1)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, found := r.Get(key); !found {
				b.Error("not found")
			}
		}
	})
}

// A poll costs the same however many apps there are, and nothing if it finds what is known.
func TestSettingAnAppCopiesNoOther(t *testing.T) {
	r := filled(5000)
	app, _ := r.Get(keyOf(1))
	tokens := [][][]byte{{[]byte("x")}, {[]byte("y")}}
	i := 0
	change := testing.AllocsPerRun(100, func() { app.Tokens = tokens[i%2]; i++; r.Set(app) })
	same := testing.AllocsPerRun(100, func() { r.Set(app) })
	if change > 1 || same > 0 {
		t.Errorf("%v allocations for a change and %v for none, want at most 1 and 0", change, same)
	}
}
