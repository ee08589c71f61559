// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

const childDir = "JOURNAL_TEST_CHILD_DIR"

// child appends for ever and prints each acknowledged group, until it is killed. Half of the groups are checkpointed,
// which is printed before it is asked for: such a group may or may not be there afterwards.
func child(dir string) {
	j, err := Open(dir, Options{MaxBytes: MinBytes, MaxGroups: 100000, Fold: fold})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	if d := j.Damage(); len(d) > 0 {
		fmt.Println("error damage", d)
		os.Exit(1)
	}
	start := time.Now().UnixMilli()
	var mu sync.Mutex
	for w := range 4 {
		go func() {
			for i := w; ; i += 4 {
				key := groupKey(fmt.Sprint("app", w), i)
				if i >= 8 { // few cold groups, hot ones, and many that come and go
					key = groupKey(fmt.Sprint("app", w), 100+w)
				}
				if err := j.Append(context.Background(), renamed(key, start+int64(i), fmt.Sprint(i))); err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				mu.Lock()
				fmt.Printf("ok %s %d\n", key.GroupID, start+int64(i))
				mu.Unlock()
			}
		}()
	}
	go func() { // groups that come and go, so that segments die
		for i := 1000; ; i++ {
			key := groupKey("app9", i)
			if err := j.Append(context.Background(), renamed(key, start, "gone")); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
			_, upTo, _ := j.Pending(key)
			j.Checkpoint(key, upTo)
		}
	}()
	select {}
}

func TestKilledAtAnyMomentKeepsAllAcknowledged(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]int64{}
	total := 0
	for range 25 {
		n := runAndKill(t, dir, acked)
		total += n
		j := open(t, dir, Options{MaxBytes: MinBytes, MaxGroups: 100000, Fold: fold})
		wantNoDamage(t, j)
		for w := range 4 {
			for i := range 200 {
				key := groupKey(fmt.Sprint("app", w), i)
				at, ok := acked[key.GroupID]
				if !ok || (i >= 100 && i != 100+w) || (i < 100 && i%4 != w) {
					continue
				}
				ev, _, _ := j.Pending(key)
				if ev.State.Last.Time < at {
					t.Fatalf("%v was acknowledged at %d, pending is %d", key, at, ev.State.Last.Time)
				}
			}
		}
		closeJournal(t, j)
	}
	t.Logf("%d acknowledged events in 25 lives", total)
}

func runAndKill(t *testing.T, dir string, acked map[string]int64) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	n, limit := 0, rand.IntN(2000)
	for lines.Scan() {
		var id string
		var at int64
		if _, err := fmt.Sscanf(lines.Text(), "ok %s %d", &id, &at); err != nil {
			if n <= limit { // after the kill the last line may be cut
				t.Errorf("child says: %s", lines.Text())
			}
			break
		}
		acked[id] = max(acked[id], at)
		if n++; n == limit+1 {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return n
}
