package build

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// shuffled is the CSV with its rows in another order.
func shuffled(csv string) string {
	lines := strings.Split(strings.TrimSuffix(csv, "\n"), "\n")
	rows := lines[1:]
	rand.New(rand.NewPCG(7, 8)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return lines[0] + "\n" + strings.Join(rows, "\n") + "\n"
}

// TestOrderDoesNotMatter: rows in any order, with room for all chunks or for few, give the same profile.
func TestOrderDoesNotMatter(t *testing.T) {
	csv := toCSV(month(6000))
	want := without(made(t, scored(), write(t, "x.csv", csv)))
	passes := 0
	count := func(p Progress) { passes = max(passes, p.Pass) }
	check := func(name string, file string, memory, least, most int) {
		t.Run(name, func(t *testing.T) {
			passes = 0
			have := without(made(t, scored(func(o *Options) { o.ChunkMemory, o.OnProgress = memory, count }), file))
			assert.GreaterOrEqual(t, passes, least)
			assert.LessOrEqual(t, passes, most)
			for i, v := range have.Features { // moments depend on the order in their last digits
				assert.InDelta(t, want.Features[i].Mean, v.Mean, 1e-9)
				assert.InDelta(t, want.Features[i].StdDev, v.StdDev, 1e-9)
				v.Mean, v.StdDev = want.Features[i].Mean, want.Features[i].StdDev
			}
			have.Scores[0].Mean, have.Scores[0].StdDev = want.Scores[0].Mean, want.Scores[0].StdDev
			for _, key := range want.Keys() {
				sameLimits(t, key, want.Variable(key), have.Variable(key))
			}
			sameJoint(t, want.Joint, have.Joint)
			have.Joint = want.Joint
			assert.Equal(t, want, have)
		})
	}
	ordered, random := write(t, "a.csv", csv), write(t, "b.csv", shuffled(csv))
	check("shuffled", random, 64<<20, 5, 5)
	check("shuffled, little memory", random, 300_000, 6, 80)
	check("in order, little memory", ordered, 1_500_000, 5, 5)
	check("in order, room for one", ordered, 1, 6, 100)
}

// sameLimits compares limits to the digits that the order of sums leaves, and then makes them equal.
func sameLimits(t *testing.T, key string, want, have *profile.Variable) {
	require.Len(t, have.Limits, len(want.Limits), key)
	for window, statistics := range want.Limits {
		for statistic, l := range statistics {
			other := have.Limits[window][statistic]
			assert.InDelta(t, l.Greatest, other.Greatest, 1e-9, "%s %s %s", key, window, statistic)
			assert.Equal(t, l.Chunks, other.Chunks, "%s %s %s", key, window, statistic)
		}
	}
	have.Limits = want.Limits
}

// sameJoint compares two joint references to the digits that the order of sums leaves.
func sameJoint(t *testing.T, want, have *profile.Joint) {
	t.Helper()
	require.NotNil(t, want)
	require.NotNil(t, have)
	assert.Equal(t, want.Features, have.Features)
	assert.Equal(t, want.Correlated, have.Correlated)
	require.Len(t, have.Components, len(want.Components))
	for i := range want.Components {
		assert.InDeltaSlice(t, want.Components[i], have.Components[i], 2e-6, "component %d", i)
	}
	assert.InDelta(t, want.Explained, have.Explained, 2e-6)
	assert.Equal(t, want.Bandwidth, have.Bandwidth, "the sample is the same")
	assert.InDeltaSlice(t, want.ErrorBounds, have.ErrorBounds, 2e-5)
	assert.InDelta(t, want.ErrorStdDev, have.ErrorStdDev, 2e-6)
	assert.InDelta(t, want.Trace, have.Trace, 2e-5)
	assert.InDelta(t, want.TraceSquared, have.TraceSquared, 2e-5)
	require.Len(t, have.Hours, len(want.Hours))
	sameMeans(t, &want.All, &have.All, 1e-5)
	for i := range want.Hours {
		sameMeans(t, &want.Hours[i], &have.Hours[i], 1e-3)
	}
	require.Len(t, have.Limits, len(want.Limits))
	for window, statistics := range want.Limits {
		for statistic, l := range statistics {
			assert.InDelta(t, l.Greatest, have.Limits[window][statistic].Greatest, 1e-3, "%s %s", window, statistic)
			assert.Equal(t, l.Chunks, have.Limits[window][statistic].Chunks, "%s %s", window, statistic)
		}
	}
}

func sameMeans(t *testing.T, want, have *profile.JointMeans, delta float64) {
	t.Helper()
	assert.Equal(t, want.Count, have.Count)
	assert.InDelta(t, want.Error, have.Error, delta)
	for _, lists := range [][2][]float64{{want.Residuals, have.Residuals}, {want.Cosines, have.Cosines}, {want.Sines, have.Sines}, {want.Means, have.Means},
		{want.Squares, have.Squares}, {want.Products, have.Products}} {
		require.Len(t, lists[1], len(lists[0]))
		if len(lists[0]) > 0 {
			assert.InDeltaSlice(t, lists[0], lists[1], delta)
		}
	}
}

// TestLimitsByHand holds all rows in memory and judges each 24 hours, from every sixth hour on, against the rest in the
// plainest way.
func TestLimitsByHand(t *testing.T) {
	events := month(6000)
	p := made(t, scored(func(o *Options) { o.TimeZone, o.Windows = "America/New_York", []string{"24h"} }), write(t, "x.csv", toCSV(events)))
	judge, err := drift.New(drift.DefaultConfig())
	require.NoError(t, err)
	v := p.Feature("amount")
	of := rollupOf(v)
	chunks := map[int64][]int{} // by the quarter of a day that they begin with
	for i, e := range events {
		for back := range int64(4) {
			first := e.at.Unix()/21600 - back
			chunks[first] = append(chunks[first], i)
		}
	}
	for first := range chunks {
		if first*21600 < p.Provenance.Start.Unix()-8640 || first*21600+86400 > p.Provenance.End.Unix()+8640 {
			delete(chunks, first) // less than nine tenths of it are inside
		}
	}
	assert.Len(t, chunks, 4*27+1)
	want := map[string]profile.Limit{}
	for first, rows := range chunks {
		counts := make([]uint64, len(v.Counts))
		exclude := make([][]uint64, 168)
		for i := range exclude {
			exclude[i] = make([]uint64, len(v.Rollup)+1)
		}
		var missing uint64
		hours := map[int64]uint64{}
		for _, i := range rows {
			at := events[i].at
			cell := profile.Week.Cell(at.Truncate(time.Hour), p.Rhythm.Location())
			if i%50 == 7 {
				missing++
				exclude[cell][len(v.Rollup)]++
				continue
			}
			bin := v.Bin(events[i].amount)
			counts[bin]++
			exclude[cell][of[bin]]++
			hours[at.Unix()/3600]++
		}
		var list []summary.HourCount
		for h, n := range hours {
			list = append(list, summary.HourCount{Hour: h, Count: n})
		}
		for statistic, x := range judge.Stray(v, counts, missing, v.At(p.Rhythm, list, exclude)) {
			l, ok := want[statistic]
			if !ok || x > l.Greatest {
				l.Greatest = x
			}
			if first%4 == 0 {
				l.Chunks++
			}
			want[statistic] = l
		}
	}
	have := v.Limits["24h"]
	require.Len(t, have, len(want))
	for statistic, l := range want {
		assert.Equal(t, l.Chunks, have[statistic].Chunks, statistic)
		assert.InDelta(t, l.Greatest, have[statistic].Greatest, 1e-9, statistic)
	}
	assert.Equal(t, 28, have["psi"].Chunks)
}

func TestChunksThatCount(t *testing.T) {
	times, err := newChunkTimes([]string{"1d", "24h", "1d"})
	require.NoError(t, err)
	assert.Equal(t, []string{"1d", "24h"}, times.names)
	day := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	start, end := day.Add(12*time.Hour), day.Add(4*24*time.Hour-time.Hour)
	at := start
	for at.Before(end) {
		times.count(at)
		at = at.Add(10 * time.Minute)
	}
	times.count(end)
	judged := times.judged(start, end, 100)
	var hours, aligned []int64
	for id, rows := range judged {
		if id.window == 0 {
			hour := 6*id.number - day.Unix()/3600
			hours = append(hours, hour)
			if id.aligned() {
				aligned = append(aligned, hour)
			}
			assert.GreaterOrEqual(t, rows, uint64(138))
		}
	}
	slices.Sort(hours)
	slices.Sort(aligned)
	assert.Equal(t, []int64{12, 18, 24, 30, 36, 42, 48, 54, 60, 66, 72}, hours, "half of the first day is missing, an hour of the last")
	assert.Equal(t, []int64{24, 48, 72}, aligned)
	assert.Empty(t, times.judged(start, end, 200))
}

func TestFewRowsGiveNoLimits(t *testing.T) {
	p := made(t, scored(func(o *Options) { o.MinSamples = 300 }), write(t, "x.csv", toCSV(month(6000))))
	assert.NotContains(t, p.Feature("amount").Limits, "24h", "214 rows a day")
	assert.Contains(t, p.Feature("amount").Limits, "7d")
}
