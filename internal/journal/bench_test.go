// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
)

// BenchmarkAppend measures durable appends to 1,000 groups of which some are checkpointed all the time, and for
// comparison the disk's own fdatasync in the same run.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 8, 256} {
		b.Run(fmt.Sprintf("appenders=%d", n), func(b *testing.B) {
			sync50 := fdatasyncMedian(b)
			o := Options{MaxBytes: 1 << 30, MaxGroups: 200000, Fold: fold}
			j := open(b, b.TempDir(), o)
			times := make([][]time.Duration, n)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ReportAllocs()
			b.ResetTimer()
			for w := range n {
				wg.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						key := groupKey("app", int(i%1000))
						ev := renamed(key, i, "a name of a usual length")
						start := time.Now()
						if err := j.Append(b.Context(), ev); err != nil {
							b.Error(err)
							return
						}
						times[w] = append(times[w], time.Since(start))
						if i%16 == 0 {
							_, upTo, _ := j.Pending(key)
							j.Checkpoint(key, upTo)
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			all := slices.Concat(times...)
			slices.Sort(all)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
			b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(sync50.Microseconds()), "fdatasync-p50-µs")
		})
	}
}

func fdatasyncMedian(b *testing.B) time.Duration {
	f, err := os.Create(filepath.Join(b.TempDir(), "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := fileutil.Preallocate(f, 1<<20, true); err != nil {
		b.Fatal(err)
	}
	_ = f.Sync()
	block := make([]byte, 256)
	for i := range block {
		block[i] = 1
	}
	var times []time.Duration
	for i := range 500 {
		if _, err := f.WriteAt(block, int64(i)*256); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if err := fileutil.Fdatasync(f); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[len(times)/2]
}
