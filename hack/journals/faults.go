// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// faults prints for each candidate what each fault did.
func faults(w io.Writer, only string, flips, kills int, segment int64) error {
	dir, err := os.MkdirTemp("", "journals-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := fmt.Fprint(w, "| Fault | Candidate | Outcome |\n|---|---|---|\n"); err != nil {
		return err
	}
	kinds := []struct {
		name string
		run  func(c candidate, dir string) (string, error)
	}{
		{"kill -9", func(c candidate, dir string) (string, error) { return killed(c, dir, kills, segment) }},
		{"flipped bits", func(c candidate, dir string) (string, error) { return flipped(c, dir, flips) }},
		{"full disk", full},
		{"EMFILE", starved},
		{"failed sync", unsynced},
	}
	for _, kind := range kinds {
		if only != "" && only != kind.name {
			continue
		}
		for i, c := range candidates {
			own := filepath.Join(dir, fmt.Sprint(kind.name, i))
			if err := os.Mkdir(own, 0o750); err != nil {
				return err
			}
			said, err := kind.run(c, own)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", kind.name, c.name, err)
			}
			if _, err := fmt.Fprintf(w, "| %s | %s | %s |\n", kind.name, c.name, said); err != nil {
				return err
			}
		}
	}
	return nil
}

const many = 50_000_000 // events, more than there is time for

// killed ends the process under load again and again, ten times on the same files.
func killed(c candidate, dir string, kills int, segment int64) (string, error) {
	total, lost, wrong, deaf, refused := 0, 0, 0, 0, map[string]int{}
	for begun := 0; begun < kills; begun += 10 {
		own := filepath.Join(dir, fmt.Sprint(begun))
		if err := os.Mkdir(own, 0o750); err != nil {
			return "", err
		}
		acked := map[int64]time.Time{}
		for i := range min(10, kills-begun) {
			p, err := start(nil, "append", c.name, own, segment, i*1_000_000, many)
			if err != nil {
				return "", err
			}
			time.Sleep(time.Duration(200+rand.IntN(300)) * time.Millisecond) // until it is killed, at any moment
			if before := p.kill(); before != "" {
				refused[before]++
			}
			if len(p.acked) == 0 && len(p.errs) > 0 {
				deaf++
			}
			maps.Copy(acked, p.acked)
		}
		f, err := inspect(c, own, segment)
		if err != nil {
			return "", err
		}
		if f.failure != "" {
			refused[f.failure]++
		}
		total, lost, wrong = total+len(acked), lost+f.missing(acked), wrong+len(f.wrong)
	}
	return fmt.Sprintf("%d kills; of %d acknowledged %d lost, %d wrong; %d starts refused all appends%s", kills, total, lost, wrong, deaf, list(refused)), nil
}

// flipped flips one bit in each of many copies: half of them of a journal that was closed, half of one that was
// killed; half of the bits anywhere, half in a file that is chosen first.
func flipped(c candidate, dir string, flips int) (string, error) {
	const events = 4000
	classes := map[string]int{}
	for half, mode := range []string{"close", "append"} {
		origin := filepath.Join(dir, mode)
		if err := os.Mkdir(origin, 0o750); err != nil {
			return "", err
		}
		p, err := start(nil, mode, c.name, origin, tiny, 1, events)
		if err != nil {
			return "", err
		}
		if mode == "append" {
			if !p.wait(time.Minute) {
				return "", fmt.Errorf("it does not end: %v", p.errs)
			}
			p.kill()
		} else if err := <-p.exited; err != nil {
			return "", fmt.Errorf("%w: %s", err, firstLine(p.stderr.String()))
		}
		for i := range flips / 2 {
			r := rand.New(rand.NewPCG(uint64(half), uint64(i)))
			class, err := flipOne(c, r, origin, filepath.Join(dir, "copy"), p.acked)
			if err != nil {
				return "", err
			}
			classes[class]++
		}
	}
	return strings.TrimPrefix(list(classes), "; "), nil
}

func flipOne(c candidate, r *rand.Rand, origin, dir string, acked map[int64]time.Time) (class string, err error) {
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := run("cp", "-a", "--sparse=always", origin, dir); err != nil {
		return "", err
	}
	if err := flip(r, dir); err != nil {
		return "", err
	}
	f, err := inspect(c, dir, tiny)
	missing := f.missing(acked)
	switch {
	case f.panicked:
		class = "panics"
	case f.failure != "" && len(f.have) == 0:
		class = "refuses to open"
	case f.failure != "":
		class = "opens, refuses appends"
	case len(f.wrong) > 0:
		class = "wrong"
	case f.reported > 0:
		class = fmt.Sprintf("reported, at most %d lost", bucket(missing))
	case missing > 0:
		class = fmt.Sprintf("silently lost, up to %d", bucket(missing))
	default:
		class = "nothing lost"
	}
	return class, err
}

// bucket rounds up to a power of ten.
func bucket(n int) int {
	b := 0
	for b < n {
		b = max(1, b*10)
	}
	return b
}

// flip flips a bit of what a file of the directory has before its last zeros.
func flip(r *rand.Rand, dir string) error {
	var names []string
	var sizes []int
	total := 0
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n, err := used(name)
		if n > 0 {
			names, sizes, total = append(names, name), append(sizes, n), total+n
		}
		return err
	})
	if err != nil {
		return err
	}
	i := r.IntN(len(names))
	if r.IntN(2) == 0 {
		at := r.IntN(total)
		for i = 0; at >= sizes[i]; i++ {
			at -= sizes[i]
		}
	}
	f, err := os.OpenFile(names[i], os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	var b [1]byte
	at := int64(r.IntN(sizes[i]))
	if _, err := f.ReadAt(b[:], at); err != nil {
		return err
	}
	b[0] ^= 1 << r.IntN(8)
	_, err = f.WriteAt(b[:], at)
	return err
}

func used(name string) (int, error) {
	b, err := os.ReadFile(name)
	return len(strings.TrimRight(string(b), "\x00")), err
}

func list(counts map[string]int) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, "; %d %s", counts[k], k)
	}
	return b.String()
}
