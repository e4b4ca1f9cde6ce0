package profile

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// jointRow is what one row adds; its hour is a cell of the day.
type jointRow struct {
	hour   int
	values [7]float64
}

func meansOf(rows []jointRow) JointMeans {
	m := JointMeans{Count: uint64(len(rows))}
	if len(rows) == 0 {
		return m
	}
	var mean [7]float64
	for _, r := range rows {
		for i, x := range r.values {
			mean[i] += x / float64(len(rows))
		}
	}
	m.Error, m.Residuals, m.Cosines, m.Sines = mean[0], mean[1:3], mean[3:4], mean[4:5]
	m.Means, m.Squares = mean[5:6], mean[6:7]
	return m
}

func byHour(rows []jointRow) []JointMeans {
	cells := make([][]jointRow, 24)
	for _, r := range rows {
		cells[r.hour] = append(cells[r.hour], r)
	}
	means := make([]JointMeans, 24)
	for i, c := range cells {
		means[i] = meansOf(c)
	}
	return means
}

func drawJointRows(t *rapid.T, least int) []jointRow {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) jointRow {
		r := jointRow{hour: rapid.IntRange(0, 23).Draw(t, "hour")}
		for i := range r.values {
			r.values[i] = rapid.Float64Range(-3, 3).Draw(t, "value")
		}
		return r
	}), least, 60).Draw(t, "rows")
}

func equalMeans(t *rapid.T, want, got JointMeans) {
	require.Equal(t, want.Count, got.Count)
	a, b := want.sums(want.size()), got.sums(want.size())
	require.InDeltaSlice(t, a.values, b.values, 1e-9*float64(want.Count+1))
}

// Without hours it is the whole; with a chunk excluded, the means of the rest.
func TestJointWithoutRhythm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chunk, rest := drawJointRows(t, 0), drawJointRows(t, 1)
		all := append(append([]jointRow{}, chunk...), rest...)
		j := &Joint{All: meansOf(all)}
		equalMeans(t, meansOf(all), j.At(nil, nil))
		equalMeans(t, meansOf(all), j.At(Mixture{{3, 1}}, nil))
		equalMeans(t, meansOf(rest), j.At(nil, []JointMeans{meansOf(chunk)}))
		require.Zero(t, j.At(nil, []JointMeans{meansOf(all)}).Count, "nothing is left")
	})
}

// An excluded chunk is as if its rows had never been in the reference.
func TestJointExclude(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chunk, rest := drawJointRows(t, 0), drawJointRows(t, 1)
		all := append(append([]jointRow{}, chunk...), rest...)
		with, without := &Joint{All: meansOf(all), Hours: byHour(all)}, &Joint{All: meansOf(rest), Hours: byHour(rest)}
		mix := Mixture{{2, 0.5}, {7, 0.25}, {rapid.IntRange(8, 23).Draw(t, "cell"), 0.25}}
		equalMeans(t, without.At(mix, nil), with.At(mix, byHour(chunk)))
		equalMeans(t, without.At(nil, nil), with.At(nil, byHour(chunk)))
	})
}

// A cell is steadied with 50 rows of the whole, and one without rows is the whole: as those of a variable.
func TestJointAt(t *testing.T) {
	j := &Joint{All: JointMeans{Count: 200, Error: 1, Cosines: []float64{0.5}}, Hours: make([]JointMeans, 24)}
	j.Hours[4] = JointMeans{Count: 150, Error: 2, Cosines: []float64{0.1}}
	got := j.At(Mixture{{4, 1}}, nil)
	assert.InDelta(t, (150*2+50*1)/200.0, got.Error, 1e-12)
	assert.InDelta(t, (150*0.1+50*0.5)/200, got.Cosines[0], 1e-12)
	assert.Equal(t, uint64(200), got.Count)
	got = j.At(Mixture{{5, 1}}, nil)
	assert.Equal(t, 1.0, got.Error)
	assert.Equal(t, uint64(50), got.Count)
	got = j.At(Mixture{{4, 0.5}, {5, 0.5}}, nil)
	assert.InDelta(t, (1.75+1)/2, got.Error, 1e-12)
	assert.Equal(t, uint64(160), got.Count, "1 / (0.25/200 + 0.25/50)")

	// The size is that of a variable of the same rows.
	v := &Variable{Counts: []uint64{120, 80}, Rollup: []int{0, 1}, Hours: &Hours{Counts: make([][]uint64, 24), Missing: make([]uint64, 24)}}
	for i := range v.Hours.Counts {
		v.Hours.Counts[i] = []uint64{0, 0}
	}
	v.Hours.Counts[4] = []uint64{90, 60}
	assert.InDelta(t, v.AtMixture(Mixture{{4, 0.5}, {5, 0.5}}, nil).Size, float64(got.Count), 1e-9)
}

func TestJointAtOddMeans(t *testing.T) {
	j := &Joint{All: JointMeans{Count: 200, Error: 1, Cosines: []float64{0.5}}, Hours: make([]JointMeans, 2)}
	j.Hours[1] = JointMeans{Count: 5, Error: 9, Cosines: []float64{1, 2, 3}}
	assert.Equal(t, 1.0, j.At(Mixture{{1, 1}}, nil).Error, "a cell of other means counts as empty")
	assert.Zero(t, j.At(Mixture{{7, 1}}, nil).Count, "there is no such cell")
	assert.Zero(t, (&Joint{}).At(nil, nil).Count)
	assert.Zero(t, (&Joint{Hours: make([]JointMeans, 24)}).At(Mixture{{1, 1}}, nil).Count)
}
