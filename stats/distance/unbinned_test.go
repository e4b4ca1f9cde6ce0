package distance

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bins are those that a profile has: one a distinct value up to a hundred of them, else a hundred equal-mass ones.
type bins struct {
	bounds   []float64
	discrete bool
}

func binsOf(reference []float64) bins {
	values := slices.Compact(slices.Sorted(slices.Values(reference)))
	if len(values) <= 100 {
		return oneEach(values)
	}
	return bins{bounds: equalMass(reference, 100)}
}

// equalMass are the bounds of so many bins by numpy's quantiles, equal ones merged.
func equalMass(reference []float64, bins int) []float64 {
	sorted := slices.Sorted(slices.Values(reference))
	var bounds []float64
	for i := 1; i < bins; i++ {
		at := float64(i) / float64(bins) * float64(len(sorted)-1)
		below := int(at)
		above := min(below+1, len(sorted)-1)
		bounds = append(bounds, sorted[below]+(at-float64(below))*(sorted[above]-sorted[below]))
	}
	return slices.Compact(bounds)
}

// oneEach are bins of one value each; values are ascending.
func oneEach(values []float64) bins {
	return bins{bounds: append([]float64{math.Nextafter(values[0], math.Inf(-1))}, values...), discrete: true}
}

func (b bins) shares(values []float64) []float64 {
	counts := make([]float64, len(b.bounds)+1)
	for _, x := range values {
		i, _ := slices.BinarySearch(b.bounds, x)
		counts[i]++
	}
	return shares(counts)
}

// pair is a numeric column of a window and of its reference, and what scipy says of them.
type pair struct {
	name               string
	reference, current []float64
	expect             unbinned
}

type sample struct {
	N         float64             `json:"n"`
	Mean      float64             `json:"mean"`
	Std       float64             `json:"std_ddof0"`
	Quantiles map[string]nullable `json:"quantiles"`
}

type unbinned struct {
	Reference sample `json:"ref"`
	Current   sample `json:"cur"`
	KS        struct {
		Statistic  nullable `json:"statistic"`
		Asymptotic nullable `json:"p_asymp"`
		Kolmogorov nullable `json:"p_kolmogorov"`
		Stephens   nullable `json:"p_stephens"`
	} `json:"ks"`
	Wasserstein nullable `json:"wasserstein"`
	Normalised  nullable `json:"wasserstein_norm"`
}

// goldenPairs are all numeric columns of all windows that the golden files cover.
func goldenPairs(t *testing.T) []pair {
	t.Helper()
	var pairs []pair
	for _, set := range []struct{ golden, data, id string }{
		{"adult", "adult.csv.gz", ""},
		{"bike_sharing", "bike_sharing_predictions.csv.gz", "prediction_id"},
		{"california_housing", "california_housing.csv.gz", "id"},
		{"elec2", "elec2_predictions.csv.gz", "prediction_id"},
		{"weather", "weather.csv.gz", ""},
	} {
		var file struct {
			ReferenceRows int `json:"reference_rows"`
			Windows       map[string]struct {
				Rows    int                 `json:"rows"`
				First   any                 `json:"first"`
				Numeric map[string]unbinned `json:"numeric"`
			} `json:"windows_values"`
		}
		golden(t, set.golden+"_drift.json", &file)
		data := readRows(t, set.data)
		var reference, rest []int
		for i := range data[firstColumn(data)] {
			split, ok := data["split"]
			if ok && split[i] == "reference" || !ok && i < file.ReferenceRows {
				reference = append(reference, i)
			} else {
				rest = append(rest, i)
			}
		}
		require.Len(t, reference, file.ReferenceRows, set.golden)
		for name, window := range file.Windows {
			first := rest[0]
			switch x := window.First.(type) {
			case float64:
				first = int(x)
			case string:
				if set.id != "" {
					first = slices.Index(data[set.id], x)
				}
			}
			start := slices.Index(rest, first)
			require.GreaterOrEqual(t, start, 0, name)
			for column, expect := range window.Numeric {
				pairs = append(pairs, pair{
					name:      set.golden + " " + name + " " + column,
					reference: data.pick(t, column, reference),
					current:   data.pick(t, column, rest[start:start+window.Rows]),
					expect:    expect,
				})
			}
		}
	}
	require.GreaterOrEqual(t, len(pairs), 114)
	return pairs
}

func firstColumn(r rows) string {
	for name := range r {
		return name
	}
	return ""
}

func (r rows) pick(t *testing.T, column string, lines []int) []float64 {
	t.Helper()
	require.Contains(t, r, column)
	var values []float64
	for _, i := range lines {
		if text := r[column][i]; text != "" {
			x, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			values = append(values, x)
		}
	}
	return values
}

// Statistics of a hundred bins against scipy's of the raw values: equal where bins hold one value each, else within the bound
// that the docstring gives.
func TestGoldenUnbinned(t *testing.T) {
	var worstKS, worstW float64
	discrete := 0
	for _, p := range goldenPairs(t) {
		d := float64(p.expect.KS.Statistic)
		near(t, d, KSTwoSample(p.current, p.reference), p.name)

		b := binsOf(p.reference)
		c, r := b.shares(p.current), b.shares(p.reference)
		lo := min(slices.Min(p.reference), slices.Min(p.current))
		hi := max(slices.Max(p.reference), slices.Max(p.current))
		ks := KS(c, r)
		w := Wasserstein(c, r, b.bounds, lo, hi, b.discrete)
		scipy := float64(p.expect.Wasserstein)
		assert.LessOrEqual(t, ks, d+1e-9, p.name)
		var bound float64
		for i := range c {
			bound = max(bound, min(c[i], r[i]))
		}
		assert.GreaterOrEqual(t, ks+bound, d-1e-9, p.name)
		limit := WassersteinError(c, r, b.bounds, lo, hi, b.discrete)
		assert.LessOrEqual(t, math.Abs(w-scipy), limit+1e-9*scipy+1e-12, p.name)
		if b.discrete {
			discrete++
		} else {
			worstKS = max(worstKS, d-ks)
			worstW = max(worstW, math.Abs(w-scipy)/float64(p.expect.Reference.Std))
		}

		union := oneEach(slices.Compact(slices.Sorted(slices.Values(slices.Concat(p.reference, p.current)))))
		c, r = union.shares(p.current), union.shares(p.reference)
		near(t, d, KS(c, r), p.name)
		near(t, scipy, Wasserstein(c, r, union.bounds, lo, hi, true), p.name)
		if normalised := float64(p.expect.Normalised); p.expect.Reference.Std > 0 {
			near(t, normalised, Wasserstein(c, r, union.bounds, lo, hi, true)/p.expect.Reference.Std, p.name)
		}
	}
	t.Logf("%d columns discrete; of the others, KS at most %.4f below, Wasserstein at most %.4f reference std off", discrete, worstKS, worstW)
	assert.Greater(t, discrete, 20)
}

func TestGoldenPValues(t *testing.T) {
	var worst float64
	for _, p := range goldenPairs(t) {
		d, n, m := float64(p.expect.KS.Statistic), float64(len(p.current)), float64(len(p.reference))
		e := n * m / (n + m)
		near(t, float64(p.expect.KS.Kolmogorov), kolmogorovSurvival(d*math.Sqrt(e)), p.name)
		near(t, float64(p.expect.KS.Stephens), kolmogorovSurvival(d*(math.Sqrt(e)+0.12+0.11/math.Sqrt(e))), p.name)
		got := KSPValue(d, n, m)
		worst = max(worst, math.Abs(got-float64(p.expect.KS.Asymptotic)))
		assert.InDelta(t, float64(p.expect.KS.Asymptotic), got, 1e-4, p.name)
	}
	t.Logf("at most %.2g from scipy's asymptotic p", worst)
}

func TestGoldenQuantiles(t *testing.T) {
	for _, p := range goldenPairs(t) {
		b := binsOf(p.reference)
		for _, side := range []struct {
			values    []float64
			quantiles map[string]nullable
			ownBins   bool
		}{{p.reference, p.expect.Reference.Quantiles, true}, {p.current, p.expect.Current.Quantiles, false}} {
			lo, hi := slices.Min(side.values), slices.Max(side.values)
			sorted := slices.Sorted(slices.Values(side.values))
			s := b.shares(side.values)
			require.Len(t, side.quantiles, 9)
			for text, numpy := range side.quantiles {
				q, err := strconv.ParseFloat(text, 64)
				require.NoError(t, err)
				got := Quantile(s, b.bounds, lo, hi, q, b.discrete)
				// numpy interpolates between two neighbours; the bin of either may hold the result.
				at := q * float64(len(sorted)-1)
				left, right := sorted[int(at)], sorted[min(int(at)+1, len(sorted)-1)]
				if before := int(math.Ceil(q*float64(len(sorted)))) - 1; before >= 0 {
					left = min(left, sorted[before])
				}
				assert.GreaterOrEqual(t, float64(numpy), left-1e-9*math.Abs(left), "%s %s", p.name, text)
				i, _ := slices.BinarySearch(b.bounds, left)
				j, _ := slices.BinarySearch(b.bounds, right)
				low, _ := edges(b.bounds, lo, hi, i)
				_, high := edges(b.bounds, lo, hi, j)
				assert.GreaterOrEqual(t, got, low-1e-9*math.Abs(low), "%s %s", p.name, text)
				assert.LessOrEqual(t, got, high+1e-9*math.Abs(high), "%s %s", p.name, text)
				if side.ownBins && b.discrete && left == right {
					assert.Equal(t, left, got, "%s %s", p.name, text)
				}
			}
		}
	}
}
