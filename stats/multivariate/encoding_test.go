package multivariate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is counted, scores have mean 0 and variance 1, rise with the bins, and are finite.
func TestNormalScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.Uint64Range(0, 1_000_000), 2, 120).Draw(t, "counts")
		z, ok := NormalScores(counts)
		filled := 0
		var n, mean, squares float64
		for i, c := range counts {
			if c > 0 {
				filled++
			}
			n += float64(c)
			mean += float64(c) * z[i]
			squares += float64(c) * z[i] * z[i]
			if i > 0 && z[i] < z[i-1] {
				t.Fatalf("score %d is less than the one before", i)
			}
		}
		if filled < 2 {
			if ok || squares != 0 {
				t.Fatal("what does not vary has scores")
			}
			return
		}
		if math.Abs(mean/n) > 1e-9 || math.Abs(squares/n-1) > 1e-9 {
			t.Fatalf("mean %v, variance %v", mean/n, squares/n)
		}
	})
}

// Expected values of the standard Gaussian between its quartiles are known: 1.27111 beyond the upper one, 0.32466 above the
// median (tables of order statistics); scaled to variance 1.
func TestNormalScoresOfQuartiles(t *testing.T) {
	z, ok := NormalScores([]uint64{1000, 1000, 1000, 1000})
	require.True(t, ok)
	outer, inner := 1.271106, 0.324663
	deviation := math.Sqrt((outer*outer + inner*inner) / 2)
	assert.InDeltaSlice(t, []float64{-outer / deviation, -inner / deviation, inner / deviation, outer / deviation}, z, 1e-5)
}

func TestNormalScoresKeepTheVariance(t *testing.T) {
	squares, below := 0.0, 0.0
	for i := range 100 { // before scaling, by the scaled scores' ratio to the Gaussian's own means
		counts := make([]uint64, 100)
		for j := range counts {
			counts[j] = 1
		}
		z, _ := NormalScores(counts)
		if i == 99 { // the mean beyond the 99th percentile is 2.66521
			below = z[99]
		}
		squares += z[i] * z[i] / 100
	}
	assert.InDelta(t, 1, squares, 1e-9)
	ratio := 2.66521 / below
	assert.InDelta(t, 0.998, ratio*ratio, 1e-3)
}

// All coordinates together have variance 1, each has mean 0; points are as far from one another as their shares say.
func TestIndicators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.Uint64Range(0, 10_000), 2, 21).Draw(t, "counts")
		points, ok := Indicators(counts)
		var n float64
		for _, c := range counts {
			n += float64(c)
		}
		if !ok {
			return
		}
		share := 0.0
		for _, c := range counts {
			share += math.Pow(float64(c)/n, 2)
		}
		variance := 0.0
		for k := range points[0] {
			mean := 0.0
			for c := range points {
				mean += float64(counts[c]) / n * points[c][k]
				variance += float64(counts[c]) / n * points[c][k] * points[c][k]
			}
			if math.Abs(mean) > 1e-9 {
				t.Fatalf("coordinate %d has mean %v", k, mean)
			}
		}
		if floor := 1 - share; (len(counts) > 2 && floor > leastVariance || len(counts) == 2 && floor/2 > leastVariance) && math.Abs(variance-1) > 1e-9 {
			t.Fatalf("variance %v", variance)
		}
		if variance > 1+1e-9 {
			t.Fatalf("variance %v", variance)
		}
	})
}

func TestIndicatorsOfTwo(t *testing.T) {
	points, ok := Indicators([]uint64{75, 25})
	require.True(t, ok)
	assert.InDeltaSlice(t, []float64{0.25 / math.Sqrt(0.1875)}, points[0], 1e-12)
	assert.InDeltaSlice(t, []float64{-0.75 / math.Sqrt(0.1875)}, points[1], 1e-12)
	_, ok = Indicators([]uint64{100, 0, 0})
	assert.False(t, ok)
}

// The mean of cos(w.(x-y)) is the Gaussian kernel.
func TestFrequenciesGiveTheKernel(t *testing.T) {
	const count, dims, bandwidth = 200_000, 5, 2.5
	frequencies := Frequencies(7, count, dims, bandwidth)
	for _, distance := range []float64{0.1, 1, 2.5, 5} {
		direction := []float64{0.6, 0, -0.8 * 0.6, 0.8 * 0.8, 0}
		mean := 0.0
		for _, w := range frequencies {
			angle := 0.0
			for d := range w {
				angle += w[d] * distance * direction[d]
			}
			mean += math.Cos(angle)
		}
		assert.InDelta(t, math.Exp(-distance*distance/(2*bandwidth*bandwidth)), mean/count, 4/math.Sqrt(2*count), distance)
	}
	assert.Equal(t, frequencies[:3], Frequencies(7, 3, dims, bandwidth), "the first are the same, however many there are")
	assert.NotEqual(t, frequencies[:3], Frequencies(8, 3, dims, bandwidth))
}

// The numbers are fixed: profiles that are on disk rely on them.
func TestFrequenciesStayWhatTheyAre(t *testing.T) {
	w := Frequencies(1, 2, 3, 1)
	assert.InDeltaSlice(t, []float64{0.575882082329045, -0.798192004745457, -1.33427633967627, 1.69535069667959, -0.875813852090706, 0.691370886727541}, append(append([]float64{}, w[0]...), w[1]...), 1e-12)
}

func TestPhase(t *testing.T) {
	for turns, bin := range map[float64]int{0: 0, 0.03: 0, 0.04: 1, 0.999: 31, 1: 0, -0.001: 31, -1.96: 1, 1e6 + 0.5: 16} {
		assert.Equal(t, bin, Phase(turns, 32), turns)
	}
	for _, turns := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Nextafter(0, -1), math.MaxFloat64} {
		bin := Phase(turns, 32)
		assert.True(t, bin >= 0 && bin < 32, turns)
	}
	bounds := PhaseBounds(32)
	require.Len(t, bounds, 31)
	for i, b := range bounds {
		assert.Equal(t, i, Phase((b-1e-9)/(2*math.Pi), 32))
		assert.Equal(t, i+1, Phase((b+1e-9)/(2*math.Pi), 32))
	}
}

// Binned angles give the mean of the cosine and sine within what the docstring says.
func TestMeanPhase(t *testing.T) {
	counts := make([]uint64, 32)
	var cosine, sine float64
	const n = 100_000
	for i := range n {
		angle := 0.3 + 1.1*math.Sin(float64(i)*0.7)
		counts[Phase(angle/(2*math.Pi), 32)]++
		cosine += math.Cos(angle) / n
		sine += math.Sin(angle) / n
	}
	c, s := MeanPhase(counts)
	assert.InDelta(t, cosine, c, 5e-3)
	assert.InDelta(t, sine, s, 5e-3)
	c, s = MeanPhase(make([]uint64, 32))
	assert.Zero(t, c)
	assert.Zero(t, s)
	cosines, sines := PhaseMeans(32)
	c, s = MeanPhase([]uint64{0, 5, 31: 0})
	assert.InDelta(t, cosines[1], c, 1e-15)
	assert.InDelta(t, sines[1], s, 1e-15)
}
