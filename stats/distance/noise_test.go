package distance

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/stat/distuv"
)

const draws = 20_000

// simulate draws n and m observations of the distribution so many times, and returns what the statistic was, ascending.
func simulate(reference []float64, of func(current, reference []float64) float64, n, m float64, draws int) []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	c, r := make([]float64, len(reference)), make([]float64, len(reference))
	values := make([]float64, draws)
	for i := range values {
		drawExactly(c, reference, n, random)
		drawExactly(r, reference, m, random)
		values[i] = of(c, r)
	}
	slices.Sort(values)
	return values
}

// drawExactly is draw without its shortcut for many observations.
func drawExactly(shares, distribution []float64, n float64, random *rand.Rand) {
	left, mass := n, 1.0
	for i, p := range distribution {
		k := left
		if i < len(shares)-1 && left > 0 {
			k = distuv.Binomial{N: left, P: min(p/mass, 1), Src: random}.Rand()
		}
		shares[i] = k / n
		left -= k
		mass -= p
	}
}

func even(bins int) []float64 {
	s := make([]float64, bins)
	for i := range s {
		s[i] = 1 / float64(bins)
	}
	return s
}

var uneven = []float64{0.3, 0.2, 0.2, 0.1, 0.08, 0.05, 0.04, 0.03}

// The laws against simulation. Expected may be off by four standard errors of the simulated mean and by the bias that is left
// at so many observations a bin; the share above P99 must be 1 % within four standard errors of a share and the same bias.
func TestNoiseBySimulation(t *testing.T) {
	for _, law := range []struct {
		name string
		of   func(current, reference []float64) float64
		law  func(bins int, n, m float64) Noise
	}{
		{"PSI", psi, PSINoise},
		{"KL", kl, KLNoise},
		{"JS distance", JSDistance, JSDistanceNoise},
		{"Hellinger", Hellinger, HellingerNoise},
	} {
		for _, s := range []struct {
			reference []float64
			n, m      float64
		}{
			{even(10), 10_000, 100_000}, {even(10), 100_000, 10_000}, {even(10), 20_000, 20_000},
			{even(2), 10_000, 50_000}, {even(20), 20_000, 1e6}, {uneven, 20_000, 100_000},
		} {
			name := law.name + " " + strconv.Itoa(len(s.reference)) + " bins"
			checkLaw(t, name, simulate(s.reference, law.of, s.n, s.m, draws), law.law(len(s.reference), s.n, s.m), 0.003)
		}
	}
}

func TestCramersVNoiseBySimulation(t *testing.T) {
	const n, m = 5_000, 50_000
	values := simulate(uneven, func(c, r []float64) float64 {
		return ChiSquare(times(c, n), times(r, m)).CramersV
	}, n, m, draws)
	checkLaw(t, "Cramér's V", values, CramersVNoise(len(uneven), n, m), 0.003)
}

func times(shares []float64, n float64) []float64 {
	counts := make([]float64, len(shares))
	for i, s := range shares {
		counts[i] = s * n
	}
	return counts
}

func checkLaw(t *testing.T, name string, sorted []float64, law Noise, bias float64) {
	t.Helper()
	var sum, squares float64
	for _, x := range sorted {
		sum += x
		squares += x * x
	}
	n := float64(len(sorted))
	mean := sum / n
	deviation := math.Sqrt(squares/n - mean*mean)
	assert.InDelta(t, mean, law.Expected, 4*deviation/math.Sqrt(n)+bias*mean, "%s: mean", name)
	assert.InDelta(t, 0.01, above(sorted, law.P99), 4*math.Sqrt(0.01*0.99/n)+0.0005, "%s: above P99", name)
}

// With many bins KS is nearly that of continuous values; with ten it is smaller, never larger.
func TestKSNoiseBySimulation(t *testing.T) {
	const n, m, draws = 2_000, 20_000, 4_000
	law := KSNoise(n, m)
	values := simulate(even(500), KS, n, m, draws)
	var sum float64
	for _, x := range values {
		sum += x
	}
	assert.InEpsilon(t, law.Expected, sum/draws, 0.04, "the edges of five hundred bins miss a little")
	assert.InDelta(t, 0.01, above(values, law.P99), 4*math.Sqrt(0.01*0.99/draws))
	assert.Less(t, above(simulate(even(10), KS, n, m, draws), law.P99), 0.01)
}

// above is the share of the values that are above the limit.
func above(sorted []float64, limit float64) float64 {
	i, _ := slices.BinarySearch(sorted, limit)
	return 1 - float64(i)/float64(len(sorted))
}

// Where few are expected in a bin, chance goes beyond P99 more often than once in a hundred: docs/statistics.md has this table.
func TestNoiseWhereBinsAreThin(t *testing.T) {
	floored := func(c, r []float64) float64 { return PSI(c, r, DefaultFloor) }
	flooredKL := func(c, r []float64) float64 { return KL(c, r, DefaultFloor) }
	for _, want := range []struct{ n, psi, kl, js, hellinger float64 }{
		{50, 0.064, 0.078, 0.033, 0.061},
		{100, 0.021, 0.033, 0.017, 0.019},
		{200, 0.015, 0.019, 0.014, 0.014},
		{500, 0.012, 0.013, 0.011, 0.012},
	} {
		share := func(of func(c, r []float64) float64, law func(bins int, n, m float64) Noise) float64 {
			return above(simulate(even(10), of, want.n, 100_000, draws), law(10, want.n, 100_000).P99)
		}
		for name, pair := range map[string][2]float64{
			"PSI": {want.psi, share(floored, PSINoise)}, "KL": {want.kl, share(flooredKL, KLNoise)},
			"JS": {want.js, share(JSDistance, JSDistanceNoise)}, "Hellinger": {want.hellinger, share(Hellinger, HellingerNoise)},
		} {
			assert.InDelta(t, pair[0], pair[1], 0.0005+6*math.Sqrt(pair[0]/draws), "%s, %v expected a bin", name, want.n/10)
		}
	}
}

func TestSimulatedNoise(t *testing.T) {
	const n, m = 5_000, 20_000
	got := SimulatedNoise(uneven, psi, n, m, 7)
	assert.Equal(t, got, SimulatedNoise(uneven, psi, n, m, 7), "deterministic")
	assert.NotEqual(t, got, SimulatedNoise(uneven, psi, n, m, 8))
	law := PSINoise(len(uneven), n, m)
	assert.InEpsilon(t, law.Expected, got.Expected, 0.1)
	assert.InEpsilon(t, law.P99, got.P99, 0.15)

	// Total variation of two bins is |c - r|: normal, with the variance of two binomial shares.
	tv := SimulatedNoise(even(2), TotalVariation, n, m, 1)
	std := math.Sqrt(0.25 * (1.0/n + 1.0/m))
	assert.InEpsilon(t, std*math.Sqrt(2/math.Pi), tv.Expected, 0.1)
	assert.InEpsilon(t, std*2.5758, tv.P99, 0.15)

	known := SimulatedNoise(even(2), TotalVariation, n, math.Inf(1), 1)
	assert.InEpsilon(t, math.Sqrt(0.25/n)*math.Sqrt(2/math.Pi), known.Expected, 0.1)

	for name, noise := range map[string]Noise{
		"no reference":    SimulatedNoise(nil, psi, n, m, 1),
		"not shares":      SimulatedNoise([]float64{3, 4}, psi, n, m, 1),
		"no observations": SimulatedNoise(even(2), psi, 0, m, 1),
		"too many":        SimulatedNoise(even(2), psi, math.Inf(1), m, 1),
		"always NaN":      SimulatedNoise(even(2), func(_, _ []float64) float64 { return math.NaN() }, n, m, 1),
	} {
		assert.True(t, math.IsNaN(noise.Expected) && math.IsNaN(noise.P99), name)
	}
}

// The draws themselves: means and variances of a multinomial, drawn exactly and (many observations) by the normal law.
func TestDraw(t *testing.T) {
	distribution := []float64{0, 0.5, 0.3, 0, 0.15, 0.05, 0}
	for _, n := range []float64{40, 1_000, 100_000} {
		random := rand.New(rand.NewPCG(3, 4))
		s := make([]float64, len(distribution))
		sum, squares, cubes := make([]float64, len(s)), make([]float64, len(s)), make([]float64, len(s))
		for range draws {
			draw(s, distribution, n, random)
			var total float64
			for i, x := range s {
				total += x
				sum[i] += x
				squares[i] += x * x
				away := x - distribution[i]
				cubes[i] += away * away * away
			}
			if math.Abs(total-1) > 1e-12 {
				t.Fatalf("shares add up to %v", total)
			}
		}
		for i, p := range distribution {
			mean := sum[i] / draws
			variance := squares[i]/draws - mean*mean
			want := p * (1 - p) / n
			assert.InDelta(t, p, mean, 4*math.Sqrt(want/draws), "%v: bin %d", n, i)
			assert.InDelta(t, want, variance, 6*want*math.Sqrt(2.0/draws)+1e-12, "%v: bin %d", n, i)
			if want > 0 {
				skewness := cubes[i] / draws / math.Pow(want, 1.5)
				assert.InDelta(t, (1-2*p)/math.Sqrt(want)/n, skewness, 4*math.Sqrt(6.0/draws), "%v: bin %d", n, i)
			}
		}
	}
}
