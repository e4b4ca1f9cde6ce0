package multivariate

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/leeway-ml/leeway/profile"
)

// simulated is how many windows to draw of each case: go test ./judge/multivariate -run Blame -simulate 200 -v
var simulated = flag.Int("simulate", 3, "windows drawn of each case of the simulations")

// world draws rows of eight numeric features and a flag that hang on three hidden causes, and of two categories of four, one on the first
// and one on the second of them.
type world struct {
	random   *rand.Rand
	loadings [][3]float64
}

func newWorld(random *rand.Rand) *world {
	w := &world{random: random}
	for range 9 {
		var l [3]float64
		norm := 0.0
		for k := range l {
			l[k] = random.NormFloat64()
			norm += l[k] * l[k]
		}
		share := 0.4 + 0.5*random.Float64() // of the variance that is the causes'
		for k := range l {
			l[k] *= math.Sqrt(share / norm)
		}
		w.loadings = append(w.loadings, l)
	}
	return w
}

const worldFeatures = 11

func (w *world) names() *sample {
	s := &sample{categories: make([]int, worldFeatures)}
	for i := range worldFeatures {
		s.names = append(s.names, fmt.Sprintf("f%d", i))
	}
	s.categories[8], s.categories[9], s.categories[10] = 2, 4, 4
	return s
}

func (w *world) draw(rows int) *sample {
	s := w.names()
	for range rows {
		var causes [3]float64
		for k := range causes {
			causes[k] = w.random.NormFloat64()
		}
		row := make([]float64, worldFeatures)
		for i, l := range w.loadings {
			own := 1.0
			for k := range l {
				row[i] += l[k] * causes[k]
				own -= l[k] * l[k]
			}
			row[i] += math.Sqrt(own) * w.random.NormFloat64()
		}
		if row[8] > 0.5 {
			row[8] = 1
		} else {
			row[8] = 0
		}
		row[9] = math.Floor(4 * phi((causes[0]+0.7*w.random.NormFloat64())/math.Hypot(1, 0.7)))
		row[10] = math.Floor(4 * phi((causes[1]+0.7*w.random.NormFloat64())/math.Hypot(1, 0.7)))
		s.rows = append(s.rows, row)
	}
	return s
}

func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// ways to rank features: what is published, and what else could be.
var ways = []struct {
	name string
	of   func(x *comparison) []float64
}{
	{"published", (*comparison).contributions},
	{"residuals alone", func(x *comparison) []float64 {
		all := make([]float64, len(x.reference.Features))
		for i := range all {
			all[i] = x.residualShift(i)
		}
		return all
	}},
	{"correlations alone", correlationsAlone},
	{"residuals + correlations", func(x *comparison) []float64 {
		all := correlationsAlone(x)
		for i := range all {
			all[i] += x.residualShift(i)
		}
		return all
	}},
	{"regression on the others", regressed},
}

func position(x *comparison, correlated int) int {
	return slices.Index(x.reference.Features, x.reference.Correlated[correlated])
}

func correlationsAlone(x *comparison) []float64 {
	all := make([]float64, len(x.reference.Features))
	for _, p := range x.pairs {
		excess := beyond(p.shift, p.variance)
		all[position(x, p.first)] += excess
		all[position(x, p.second)] += excess
	}
	return all
}

// regressed is how much the variance of what the reference's regression of a feature on the others leaves has moved, by its part.
func regressed(x *comparison) []float64 {
	all := make([]float64, len(x.reference.Features))
	k := len(x.reference.Correlated)
	now, then := mat.NewSymDense(k, nil), mat.NewSymDense(k, nil)
	at := 0
	for a := range k {
		now.SetSym(a, a, x.current.Squares[a])
		then.SetSym(a, a, x.expected.Squares[a])
		for b := a + 1; b < k; b++ {
			now.SetSym(a, b, x.current.Products[at])
			then.SetSym(a, b, x.expected.Products[at])
			at++
		}
	}
	var inverse mat.Dense
	if inverse.Inverse(then) != nil {
		return all
	}
	for f := range k {
		row := mat.NewVecDense(k, nil)
		for i := range k {
			row.SetVec(i, inverse.At(f, i)/inverse.At(f, f))
		}
		all[position(x, f)] = math.Abs(mat.Inner(row, now, row)/mat.Inner(row, then, row) - 1)
	}
	return all
}

// breakage is what is wrong with a window of 1,000 rows, and in which features.
type breakage struct {
	name   string
	count  int   // of any numeric features
	guilty []int // these instead
	turn   bool  // the first two are a pair whose correlation turns round
	change func(row []float64, guilty []int, random *rand.Rand)
}

var breakages = []breakage{
	{name: "a pair's correlation turned round", guilty: []int{0, 1}, turn: true},
	{name: "a feature replaced by noise", count: 1, change: noise(1)},
	{name: "half of a feature's values replaced by noise", count: 1, change: noise(0.5)},
	{name: "a third of a feature's values replaced by noise", count: 1, change: noise(0.33)},
	{name: "a feature's sign turned", count: 1, change: func(row []float64, g []int, _ *rand.Rand) { row[g[0]] = -row[g[0]] }},
	{name: "a feature shifted by one standard deviation", count: 1, change: func(row []float64, g []int, _ *rand.Rand) { row[g[0]]++ }},
	{name: "two features swapped", count: 2, change: swap},
	{name: "the flag turned round", guilty: []int{8}, change: func(row []float64, _ []int, _ *rand.Rand) { row[8] = 1 - row[8] }},
	{name: "a category's names mixed up", guilty: []int{9}, change: func(row []float64, _ []int, _ *rand.Rand) {
		row[9] = []float64{2, 0, 3, 1}[int(row[9])]
	}},
	{name: "two categories swapped", guilty: []int{9, 10}, change: swap},
	{name: "a third of a category's values made the first", guilty: []int{9}, change: func(row []float64, _ []int, random *rand.Rand) {
		if random.Float64() < 0.33 {
			row[9] = 0
		}
	}},
}

func noise(share float64) func(row []float64, guilty []int, random *rand.Rand) {
	return func(row []float64, guilty []int, random *rand.Rand) {
		if random.Float64() < share {
			row[guilty[0]] = random.NormFloat64()
		}
	}
}

func swap(row []float64, g []int, _ *rand.Rand) { row[g[0]], row[g[1]] = row[g[1]], row[g[0]] }

// How often the features that were broken are those that are ranked first: go test ./judge/multivariate -run Blame -simulate 200 -v
func TestBlame(t *testing.T) {
	for _, correlated := range []int{profile.MaxCorrelated, 5} {
		t.Run(fmt.Sprintf("correlations of %d features at most", correlated), func(t *testing.T) {
			if testing.Short() || correlated == 5 && *simulated < 20 {
				t.Skip("a million rows")
			}
			random := rand.New(rand.NewPCG(6, 6))
			total := make([]int, len(ways))
			for _, b := range breakages {
				hits := make([]int, len(ways))
				for range *simulated {
					x, guilty := b.simulate(t, random, correlated)
					for i, way := range ways {
						if ranksFirst(way.of(x), guilty) {
							hits[i]++
						}
					}
				}
				line := fmt.Sprintf("%-50s", b.name)
				for i, h := range hits {
					line += fmt.Sprintf(" %3.0f", 100*float64(h)/float64(*simulated))
					total[i] += h
				}
				t.Log(line)
			}
			for i, way := range ways {
				total[i] = 100 * total[i] / len(breakages) / *simulated
				t.Log(way.name, total[i])
			}
			assert.GreaterOrEqual(t, total[0], 93)
			if *simulated >= 40 {
				assert.Equal(t, slices.Max(total), total[0], "what is published names the right features most often")
			}
		})
	}
}

func (b *breakage) simulate(t *testing.T, random *rand.Rand, correlated int) (*comparison, []int) {
	w := newWorld(random)
	guilty := b.guilty
	if guilty == nil {
		guilty = random.Perm(8)[:b.count]
	}
	reference, current := w.draw(10_000), w.draw(1000)
	if b.turn {
		pairUp(reference, random, 0.8)
		pairUp(current, random, -0.8)
	} else {
		for _, row := range current.rows {
			b.change(row, guilty, random)
		}
	}
	r := learnCorrelated(reference, profile.Steady, correlated)
	x, ok := newJudge(t).compared(r.window("24h", current, 0, len(current.rows)), r.profile)
	require.True(t, ok)
	return x, guilty
}

func ranksFirst(shares []float64, guilty []int) bool {
	order := make([]int, len(shares))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(shares[b], shares[a]) })
	for _, i := range order[:len(guilty)] {
		if !slices.Contains(guilty, i) || !(shares[i] > 0) {
			return false
		}
	}
	return true
}

// pairUp makes the first two features a pair of the correlation, apart from the rest.
func pairUp(s *sample, random *rand.Rand, correlation float64) {
	for _, row := range s.rows {
		row[0] = random.NormFloat64()
		row[1] = correlation*row[0] + math.Sqrt(1-correlation*correlation)*random.NormFloat64()
	}
}
