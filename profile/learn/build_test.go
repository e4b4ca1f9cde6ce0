package learn

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// learned makes a profile of one feature's values, all in one hour.
func learned(t *testing.T, values []float64) *profile.Variable {
	t.Helper()
	m := New("fraud", "3", options())
	var events []event
	for _, x := range values {
		events = append(events, event{inputs: map[string]any{"x": x}, class: "0"})
	}
	feed(t, m, summarise(events)...)
	p, err := m.Profile(Period{hourOf(0), hourOf(0) + 1}, wall)
	require.NoError(t, err)
	require.Nil(t, p.Joint, "summaries of single features can't tell what they have to do with one another")
	require.Empty(t, p.Vectors)
	v := p.Feature("x")
	require.NotNil(t, v)
	countValues(t, v, events)
	return v
}

func sample(n int, draw func(r *rand.Rand) float64) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, n)
	for i := range values {
		values[i] = draw(r)
	}
	return values
}

// Bins have about equal mass, and what the profile says of the values is as near to them as its docs promise.
func TestNumericBins(t *testing.T) {
	for name, draw := range map[string]func(r *rand.Rand) float64{
		"normal far from zero":   func(r *rand.Rand) float64 { return 100 + 10*r.NormFloat64() },
		"normal around zero":     func(r *rand.Rand) float64 { return r.NormFloat64() },
		"log-normal":             func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) },
		"narrow":                 func(r *rand.Rand) float64 { return 1e4 + r.Float64() },
		"half zeros":             func(r *rand.Rand) float64 { return max(0, r.NormFloat64()) },
		"heavy tail, two signed": func(r *rand.Rand) float64 { return math.Tan(math.Pi * (r.Float64() - 0.5)) },
	} {
		t.Run(name, func(t *testing.T) {
			values := sample(20000, draw)
			v := learned(t, values)
			slices.Sort(values)
			n := float64(len(values))

			assert.LessOrEqual(t, len(v.Bounds), profile.MaxFineBins)
			assert.Greater(t, len(v.Bounds), 30)
			assert.LessOrEqual(t, len(v.Rollup), 20)
			assert.GreaterOrEqual(t, len(v.Deciles), 5)
			assert.LessOrEqual(t, len(v.Deciles), 10)
			for i, c := range v.Counts {
				// A bin has a hundredth, and at most one bucket more, unless it holds a single value.
				if i > 0 && i < len(v.Bounds) && math.Nextafter(v.Bounds[i-1], 1) >= v.Bounds[i] {
					continue
				}
				assert.Less(t, float64(c)/n, 0.06, "bin %d", i)
			}

			assert.Equal(t, values[0], v.Min)
			assert.Equal(t, values[len(values)-1], v.Max)
			var mean, square float64
			for _, x := range values {
				mean += x / n
			}
			for _, x := range values {
				square += (x - mean) * (x - mean)
			}
			assert.InEpsilon(t, mean, v.Mean, 1e-9)
			buckets, counts := profile.ExponentialBins(exponential(values...))
			widest := 0.0
			for i := 1; i < len(buckets); i++ {
				if counts[i] > 0 {
					widest = max(widest, min(buckets[i], v.Max)-max(buckets[i-1], v.Min))
				}
			}
			assert.InDelta(t, math.Sqrt(square/(n-1)), v.StdDev, widest/2)
			for q, x := range v.Quantiles {
				p, err := strconv.ParseFloat(q, 64)
				require.NoError(t, err)
				exact := values[int(p*(n-1))]
				i, _ := slices.BinarySearch(buckets, exact)
				assert.LessOrEqual(t, x, buckets[min(i+1, len(buckets)-1)], q)
				assert.GreaterOrEqual(t, x, buckets[max(i-2, 0)], q)
			}
		})
	}
}

func TestFewValues(t *testing.T) {
	constant := learned(t, slices.Repeat([]float64{42}, 50))
	require.Len(t, constant.Counts, 3, "below, value, above")
	assert.Equal(t, []uint64{0, 50, 0}, constant.Counts)
	assert.Equal(t, []int{0, 1, 2}, constant.Deciles)
	assert.Equal(t, 42.0, constant.Mean)
	assert.Equal(t, 0.0, constant.StdDev)
	assert.Equal(t, 42.0, constant.Quantiles["0.5"])

	zero := learned(t, slices.Repeat([]float64{0}, 50))
	assert.Equal(t, []uint64{0, 50, 0}, zero.Counts)

	numbers := slices.Concat(slices.Repeat([]float64{-2}, 5), slices.Repeat([]float64{0}, 10), slices.Repeat([]float64{1}, 70), slices.Repeat([]float64{3}, 15))
	v := learned(t, numbers)
	apart := map[int]bool{}
	for _, x := range []float64{-3, -2, 0, 1, 3, 4} {
		apart[v.Bin(x)] = true
	}
	assert.Len(t, apart, 6, "each value has a bin of its own, and so has what lies outside")
}

func TestRhythm(t *testing.T) {
	for _, test := range []struct {
		days  int
		cycle profile.Cycle
	}{{2, profile.Steady}, {3, profile.Day}, {20, profile.Day}, {21, profile.Week}} {
		o := options()
		o.Duration, o.TimeZone = time.Duration(test.days)*24*time.Hour, "Europe/Berlin"
		m := New("fraud", "3", o)
		for h := range test.days*24 + 2 {
			at := time.Duration(h) * time.Hour
			feed(t, m, summarise([]event{{at: at, inputs: map[string]any{"x": float64(h % 24), "y": nil}, class: "1"}})...)
		}
		period, ok := m.Finished(wall)
		require.True(t, ok)
		p, err := m.Profile(period, wall)
		require.NoError(t, err) // Validate checks that the cells add up
		assert.Equal(t, test.cycle, p.Rhythm.Cycle)
		assert.Equal(t, monday, p.Provenance.Start)
		assert.Equal(t, monday.Add(o.Duration), p.Provenance.End)
		assert.Equal(t, uint64(test.days*24), p.Provenance.Rows)
		assert.Nil(t, p.Feature("y"), "never had a value")
		if test.cycle != profile.Steady {
			v := p.Feature("x")
			// 13:00 in Berlin is 12:00 UTC in January.
			row := v.Hours.Counts[13]
			at := 0
			for i, first := range v.Rollup {
				if first <= v.Bin(12) {
					at = i
				}
			}
			assert.Equal(t, row[at], slices.Max(row))
			assert.Positive(t, row[at])
		}
	}
}

func TestCategories(t *testing.T) {
	m := New("fraud", "3", options())
	var events []event
	for i := range 400 {
		e := event{inputs: map[string]any{"flag": strconv.FormatBool(i%4 == 0), "id": "user " + strconv.Itoa(i), "mixed": 1.5}, class: []string{"yes", "no", "no"}[i%3]}
		if i%10 == 0 {
			e.inputs["mixed"] = "n/a"
		}
		if i%8 == 0 {
			delete(e.inputs, "flag")
		}
		events = append(events, e)
	}
	feed(t, m, summarise(events)...)
	p, err := m.Profile(Period{hourOf(0), hourOf(0) + 1}, wall)
	require.NoError(t, err)

	flag := p.Feature("flag")
	assert.Equal(t, profile.Boolean, flag.Type)
	assert.Equal(t, []string{"false", "true"}, flag.Categories)
	assert.Equal(t, []uint64{300, 50, 0}, flag.Counts)
	assert.Equal(t, uint64(50), flag.Missing, "left out is missing")

	id := p.Feature("id")
	assert.Len(t, id.Categories, profile.MaxCategories)
	assert.Equal(t, uint64(300), id.Counts[profile.MaxCategories])
	assert.LessOrEqual(t, len(id.Rollup), profile.MaxRollupBins)

	mixed := p.Feature("mixed")
	assert.Equal(t, profile.Numeric, mixed.Type)
	assert.Equal(t, uint64(40), mixed.WrongType)
	assert.Zero(t, mixed.Missing)

	assert.Equal(t, []string{"no", "yes"}, p.Class.Categories)
	assert.Equal(t, profile.Binary, p.Task)
	assert.Equal(t, "1", p.PositiveClass)
	assert.Equal(t, uint64(400), p.Score("1").Observed())
	assert.Equal(t, scoreBounds, p.Score("1").Bounds)
}

func explicit(hour int64, bounds []float64, counts []uint64) summary.Series {
	var n uint64
	for _, c := range counts {
		n += c
	}
	return summary.Series{Metric: "ml.prediction.value", Hours: []summary.HourCount{{Hour: hour, Count: n}},
		Histogram: &summary.Histogram{Bounds: bounds, Counts: counts, Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()}}
}

// Bounds that most observations have are kept; finer ones are added exactly, others are left out.
func TestExplicitBounds(t *testing.T) {
	m := New("price", "1", options())
	feed(t, m,
		explicit(10, []float64{1, 2, 3}, []uint64{10, 20, 30, 40}),
		explicit(10, []float64{1, 1.5, 2, 3}, []uint64{1, 1, 1, 1, 1}),
		explicit(11, []float64{0.7, 2.2}, []uint64{5, 5, 5}),
		summary.Series{Metric: "ml.prediction.value", Hours: []summary.HourCount{{Hour: 11, Count: 2}}, Exponential: exponential(1, 2)},
	)
	p, err := m.Profile(Period{10, 12}, wall)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 2, 3}, p.Value.Bounds)
	assert.Equal(t, []uint64{12, 23, 31, 41}, p.Value.Counts)
	assert.Equal(t, profile.Regression, p.Task)
	assert.InDelta(t, 2.2, p.Value.Mean, 0.5, "from the bins, as the sums are not known")

	m = New("price", "1", options())
	m.Made(p)
	feed(t, m, explicit(12, []float64{5, 6}, []uint64{10, 20, 30}), summarise([]event{{at: 0}})[0])
	again, err := m.Profile(Period{12, 13}, wall)
	require.NoError(t, err)
	assert.Nil(t, again.Value, "nothing fits the bins of the profile before")
}

// A rolling reference goes on in the bins of the profile before, and loses nothing while summaries come to use them.
func TestMadeAgainInItsOwnBins(t *testing.T) {
	o := options()
	o.Duration, o.Refresh = 8*time.Hour, 2*time.Hour
	m := New("fraud", "3", o)
	values := sample(1600, func(r *rand.Rand) float64 { return 10 * r.NormFloat64() })
	var v *profile.Variable
	made := 0
	for h := range 16 {
		var events []event
		for _, x := range values[h*100 : h*100+100] {
			events = append(events, event{at: time.Duration(h) * time.Hour, inputs: map[string]any{"x": x}, class: "0"})
		}
		for _, s := range summarise(events) {
			if s.Exponential != nil && v != nil { // agents have the profile
				counts := make([]uint64, len(v.Counts))
				for _, e := range events {
					counts[v.Bin(e.inputs["x"].(float64))]++
				}
				s.Histogram = &summary.Histogram{Bounds: v.Bounds, Counts: counts, Sum: s.Exponential.Sum, Min: s.Exponential.Min, Max: s.Exponential.Max}
				s.Exponential = nil
			}
			feed(t, m, s)
		}
		if period, ok := m.Finished(wall); ok {
			p, err := m.Profile(period, wall)
			require.NoError(t, err)
			m.Advance(period)
			m.Made(p)
			made++
			if v == nil {
				v = p.Feature("x")
			}
			assert.Equal(t, v.Bounds, p.Feature("x").Bounds)
			from, to := int(period.From-hourOf(0)), int(period.To-hourOf(0))
			var events []event
			mean := 0.0
			for _, x := range values[from*100 : to*100] {
				events = append(events, event{inputs: map[string]any{"x": x}})
				mean += x / 800
			}
			countValues(t, p.Feature("x"), events)
			assert.InDelta(t, mean, p.Feature("x").Mean, 1e-9)
		}
	}
	assert.Equal(t, 4, made)
}
