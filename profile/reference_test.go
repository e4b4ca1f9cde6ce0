package profile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/summary"
)

// twoHours has 100 observations in hour 3 of the day, all in the first roll-up bin, and 300 in hour 4, all in the second.
func twoHours() *Variable {
	v := &Variable{
		Name: "x", Type: Numeric, Bounds: []float64{1, 2, 3}, Counts: []uint64{20, 80, 150, 150}, Rollup: []int{0, 2}, Deciles: []int{0, 2},
		Missing: 40, Min: 0, Max: 4,
		Hours: &Hours{Counts: make([][]uint64, 24), Missing: make([]uint64, 24)},
	}
	for i := range v.Hours.Counts {
		v.Hours.Counts[i] = make([]uint64, 2)
	}
	v.Hours.Counts[3][0], v.Hours.Counts[4][1] = 100, 300
	v.Hours.Missing[4] = 40
	return v
}

func TestAtFollowsTheHours(t *testing.T) {
	v, daily := twoHours(), Rhythm{Cycle: Day}
	r := v.At(daily, []summary.HourCount{{Hour: 24*100 + 3, Count: 7}}, nil)
	// (100 + 50 * 0.25) / 150 in the first roll-up bin; its fine bins as 20 to 80.
	assert.InDeltaSlice(t, []float64{0.75 * 0.2, 0.75 * 0.8, 0.125, 0.125}, r.Shares, 1e-12)
	assert.InDelta(t, 150, r.Size, 1e-9)
	assert.InDelta(t, 50*(40.0/440)/150, r.MissingShare, 1e-12)

	r = v.At(daily, []summary.HourCount{{Hour: 3, Count: 5}, {Hour: 4, Count: 15}}, nil)
	first := 0.25*0.75 + 0.75*50*0.25/350
	assert.InDeltaSlice(t, []float64{first * 0.2, first * 0.8, (1 - first) / 2, (1 - first) / 2}, r.Shares, 1e-12)
	assert.InDelta(t, 1/(0.25*0.25/150+0.75*0.75/350), r.Size, 1e-9)

	r = v.At(daily, []summary.HourCount{{Hour: 12, Count: 5}}, nil)
	assert.InDeltaSlice(t, v.Whole().Shares, r.Shares, 1e-12, "an hour that the reference has not seen takes the whole")
	assert.InDelta(t, 50, r.Size, 1e-9)
}

func TestAtIsTheWholeWithoutRhythm(t *testing.T) {
	v := twoHours()
	hours := []summary.HourCount{{Hour: 3, Count: 5}}
	assert.Equal(t, v.Whole(), v.At(Rhythm{Cycle: Steady}, hours, nil))
	assert.Equal(t, v.Whole(), v.At(Rhythm{Cycle: Day}, nil, nil))
	assert.Equal(t, v.Whole(), v.At(Rhythm{Cycle: Day}, []summary.HourCount{{Hour: 3}}, nil))
	v.Hours = nil
	assert.Equal(t, v.Whole(), v.At(Rhythm{Cycle: Day}, hours, nil))
	assert.Equal(t, []float64{0.05, 0.2, 0.375, 0.375}, v.Whole().Shares)
	assert.Equal(t, 40.0/440, v.Whole().MissingShare)
}

func TestCells(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	sunday := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	assert.Equal(t, 6*24+23, Week.Cell(sunday, time.UTC))
	assert.Equal(t, 0, Week.Cell(sunday, berlin), "already Monday there")
	assert.Equal(t, 23, Day.Cell(sunday, time.UTC))

	hours := []summary.HourCount{{Hour: sunday.Unix() / 3600, Count: 3}}
	assert.Equal(t, Mixture{{0, 1}}, Rhythm{Cycle: Week, TimeZone: "Europe/Berlin"}.Mix(hours))
	assert.Equal(t, Mixture{{167, 1}}, Rhythm{Cycle: Week}.Mix(hours))
	assert.Nil(t, Rhythm{Cycle: Steady}.Mix(hours))
}

// A profile without the chunk's rows, and the whole profile with the chunk excluded, are the same reference.
func TestExcludeIsAsIfTheChunkHadNeverBeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cycle := rapid.SampledFrom([]Cycle{Week, Day, Steady}).Draw(t, "cycle")
		rows := max(1, cycle.Cells())
		rest := drawVariable(t, rows, "rest")
		full := drawVariable(t, rows, "chunk")
		exclude := make([][]uint64, rows)
		for cell := range exclude {
			exclude[cell] = append(append([]uint64(nil), full.Hours.Counts[cell]...), full.Hours.Missing[cell])
			for i, c := range rest.Hours.Counts[cell] {
				full.Hours.Counts[cell][i] += c
			}
			full.Hours.Missing[cell] += rest.Hours.Missing[cell]
		}
		for i, c := range rest.Counts {
			full.Counts[i] += c
		}
		full.Missing += rest.Missing
		if cycle == Steady {
			full.Hours, rest.Hours = nil, nil
		}
		hours := []summary.HourCount{{Hour: rapid.Int64Range(0, 400).Draw(t, "hour"), Count: 5}, {Hour: 500, Count: 10}}
		want := rest.At(Rhythm{Cycle: cycle}, hours, nil)
		got := full.At(Rhythm{Cycle: cycle}, hours, exclude)
		if rest.Observed() == 0 {
			assert.Zero(t, got.Size)
			return
		}
		assert.InDelta(t, want.Size, got.Size, 1e-6)
		assert.InDelta(t, want.MissingShare, got.MissingShare, 1e-9)
		assert.InDeltaSlice(t, SumBins(want.Shares, rest.Rollup), SumBins(got.Shares, full.Rollup), 1e-9)
	})
}

// drawVariable has three roll-up bins, the last of two fine bins; Hours has that many rows, whatever the cycle.
func drawVariable(t *rapid.T, rows int, label string) *Variable {
	v := &Variable{Type: Numeric, Bounds: []float64{1, 2, 3}, Counts: make([]uint64, 4), Rollup: []int{0, 1, 2}, Hours: &Hours{}}
	for range rows {
		row := make([]uint64, 3)
		v.Hours.Counts, v.Hours.Missing = append(v.Hours.Counts, row), append(v.Hours.Missing, 0)
	}
	for range rapid.IntRange(0, 6).Draw(t, label) {
		cell := rapid.IntRange(0, rows-1).Draw(t, "cell")
		bin := rapid.IntRange(0, 3).Draw(t, "bin")
		if bin == 3 {
			v.Hours.Missing[cell] += 3
			v.Missing += 3
			continue
		}
		n := rapid.Uint64Range(0, 50).Draw(t, "count") * 2
		v.Hours.Counts[cell][bin] += n
		if bin == 2 {
			v.Counts[3] += n / 2
			n /= 2
		}
		v.Counts[bin] += n
	}
	return v
}

func TestSegmentReference(t *testing.T) {
	v := twoHours()
	p := &Profile{Rhythm: Rhythm{Cycle: Day}, Features: []*Variable{v}, Segments: []Segment{
		{Attributes: map[string]string{"country": "DE"}, Rows: 100, Counts: map[string][]uint64{"feature/x": {80, 10}}, Missing: map[string]uint64{"feature/x": 10}},
	}}
	assert.Nil(t, p.Slice([]summary.Attribute{{Key: "country", Value: "FR"}}))
	assert.Nil(t, p.Slice(nil))
	s := p.Slice([]summary.Attribute{{Key: "ml.segment.country", Value: "DE"}})
	require.NotNil(t, s)

	r, ok := s.Reference("feature/x", v, v.Whole())
	require.True(t, ok)
	assert.InDeltaSlice(t, []float64{80.0 / 90 * 0.2, 80.0 / 90 * 0.8, 5.0 / 90, 5.0 / 90}, r.Shares, 1e-12, "no rhythm: the slice's own shares")
	assert.Equal(t, 90.0, r.Size)
	assert.Equal(t, 0.1, r.MissingShare)

	r, ok = s.Reference("feature/x", v, v.At(p.Rhythm, []summary.HourCount{{Hour: 3, Count: 9}}, nil))
	require.True(t, ok)
	a, b := 0.75*(80.0/90)/(100.0/400), 0.25*(10.0/90)/(300.0/400)
	assert.InDelta(t, a/(a+b), r.Shares[0]+r.Shares[1], 1e-12)
	assert.InDelta(t, 1/(1.0/90+1.0/150-1.0/400), r.Size, 1e-9)

	_, ok = s.Reference("feature/y", v, v.Whole())
	assert.False(t, ok)
}

func BenchmarkAt(b *testing.B) {
	v := &Variable{Type: Numeric, Counts: make([]uint64, 100), Rollup: make([]int, 20), Hours: &Hours{Missing: make([]uint64, 168)}}
	for i := range v.Counts {
		v.Counts[i] = 1680
	}
	for i := range v.Rollup {
		v.Rollup[i] = 5 * i
	}
	for range 168 {
		row := make([]uint64, 20)
		for i := range row {
			row[i] = 50
		}
		v.Hours.Counts = append(v.Hours.Counts, row)
	}
	for name, n := range map[string]int{"1h": 1, "24h": 24, "7d": 168} {
		hours := make([]summary.HourCount, n)
		for i := range hours {
			hours[i] = summary.HourCount{Hour: int64(i), Count: 100}
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.At(Rhythm{Cycle: Week}, hours, nil)
			}
		})
	}
}
