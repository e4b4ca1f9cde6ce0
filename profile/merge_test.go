package profile

import (
	"bytes"
	"math"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

// rowsOf makes a profile of rows with fixed bins, in the plainest way: a number (NaN: missing), an hour and a country each.
func rowsOf(bounds []float64, rows []row) *Profile {
	amount := &Variable{Name: "amount", Type: Numeric, Bounds: bounds, Counts: make([]uint64, len(bounds)+1), Quantiles: map[string]float64{"0.5": 0, "0.9": 0}}
	for i := range amount.Counts {
		amount.Rollup = append(amount.Rollup, i)
	}
	amount.Deciles = []int{0}
	country := &Variable{Name: "country", Type: Categorical, Categories: []string{"DE", "FR"}, Counts: make([]uint64, 3), Rollup: []int{0, 1, 2}}
	amount.Hours = &Hours{Counts: make([][]uint64, 24), Missing: make([]uint64, 24)}
	for i := range amount.Hours.Counts {
		amount.Hours.Counts[i] = make([]uint64, len(amount.Counts))
	}
	p := &Profile{Schema: Schema, Model: "m", Rhythm: Rhythm{Cycle: Day}, Features: []*Variable{amount, country}}
	segments := map[string]*Segment{}
	var values []float64
	for _, r := range rows {
		p.Provenance.Rows++
		c := slices.Index(country.Categories, r.country)
		if c < 0 {
			c = 2
		}
		country.Counts[c]++
		s := segments[r.country]
		if s == nil {
			s = &Segment{Attributes: map[string]string{"country": r.country}, Counts: map[string][]uint64{"feature/amount": make([]uint64, len(amount.Counts))}, Missing: map[string]uint64{}}
			segments[r.country] = s
		}
		s.Rows++
		if math.IsNaN(r.amount) {
			amount.Missing++
			amount.Hours.Missing[r.hour]++
			s.Missing["feature/amount"]++
			continue
		}
		bin := amount.Bin(r.amount)
		amount.Counts[bin]++
		amount.Hours.Counts[r.hour][bin]++
		s.Counts["feature/amount"][bin]++
		values = append(values, r.amount)
	}
	if len(values) > 0 {
		amount.Min, amount.Max = slices.Min(values), slices.Max(values)
		amount.Mean, amount.StdDev = stat.MeanStdDev(values, nil)
		if len(values) == 1 {
			amount.StdDev = 0
		}
	}
	for _, s := range segments {
		p.Segments = append(p.Segments, *s)
	}
	return p
}

type row struct {
	amount  float64
	hour    int
	country string
}

func drawRows(t *rapid.T, name string) []row {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
		amount := rapid.Float64Range(-5, 25).Draw(t, "amount")
		if rapid.IntRange(0, 9).Draw(t, "missing") == 0 {
			amount = math.NaN()
		}
		return row{amount, rapid.IntRange(0, 23).Draw(t, "hour"), rapid.SampledFrom([]string{"DE", "FR", "IT"}).Draw(t, "country")}
	}), 0, 60).Draw(t, name)
}

// tidy sorts what has no order.
func tidy(p *Profile) *Profile {
	sort.Slice(p.Segments, func(i, j int) bool { return p.Segments[i].name() < p.Segments[j].name() })
	p.Provenance = Provenance{Rows: p.Provenance.Rows}
	return p
}

// TestMergeIsTheWhole: the merged profiles of two parts are the profile of all rows, but for the quantiles.
func TestMergeIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bounds := []float64{0, 5, 10, 15, 20}
		first, second := drawRows(t, "first"), drawRows(t, "second")
		whole := tidy(rowsOf(bounds, slices.Concat(first, second)))
		a, b := rowsOf(bounds, first), rowsOf(bounds, second)
		before := a.ID() + b.ID()
		merged, err := Merge(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if a.ID()+b.ID() != before {
			t.Fatal("an argument has changed")
		}
		other, err := Merge(b, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*Profile{tidy(merged), tidy(other)} {
			v, w := m.Features[0], whole.Features[0]
			if math.Abs(v.Mean-w.Mean) > 1e-9 || math.Abs(v.StdDev-w.StdDev) > 1e-9 {
				t.Fatalf("mean %v, std %v; not %v, %v", v.Mean, v.StdDev, w.Mean, w.StdDev)
			}
			v.Mean, v.StdDev, v.Quantiles = w.Mean, w.StdDev, w.Quantiles
			assert.Equal(t, whole, m)
		}
	})
}

func TestMergeWithNothingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bounds := []float64{0, 10}
		p, nothing := rowsOf(bounds, drawRows(t, "rows")), rowsOf(bounds, nil)
		merged, err := Merge(p, nothing)
		if err != nil {
			t.Fatal(err)
		}
		if merged.ID() != p.ID() {
			t.Fatalf("differs: %v", Diff(p, merged))
		}
	})
}

func TestMergedQuantiles(t *testing.T) {
	var first, second []row
	for i := range 1000 {
		first = append(first, row{amount: float64(i) / 100})
		second = append(second, row{amount: 10 + float64(i)/100})
	}
	var bounds []float64
	for i := 1; i < 20; i++ {
		bounds = append(bounds, float64(i))
	}
	merged, err := Merge(rowsOf(bounds, first), rowsOf(bounds, second))
	require.NoError(t, err)
	assert.InDelta(t, 10, merged.Features[0].Quantiles["0.5"], 0.05)
	assert.InDelta(t, 18, merged.Features[0].Quantiles["0.9"], 0.05)
}

func TestMergeLimitsAndProvenance(t *testing.T) {
	a, b := sample(), sample()
	b.Features[0].Limits = map[string]map[string]Limit{"1h": {"psi": {Greatest: 0.5, Chunks: 3}}, "24h": {"psi": {Greatest: 0.1, Chunks: 1}}}
	b.Provenance.Start = b.Provenance.Start.Add(-time.Hour)
	b.Provenance.SHA256 = "abc"
	merged, err := Merge(a, b)
	require.NoError(t, err)
	assert.Equal(t, map[string]map[string]Limit{"1h": {"psi": {Greatest: 0.5, Chunks: 10}}, "24h": {"psi": {Greatest: 0.1, Chunks: 1}}}, merged.Features[0].Limits)
	assert.Equal(t, Provenance{Files: []string{"a <b>.csv", "a <b>.csv"}, Rows: 22, Start: b.Provenance.Start, End: a.Provenance.End}, merged.Provenance)
	assert.Equal(t, uint64(14), merged.Segments[0].Rows)
	var out bytes.Buffer
	require.NoError(t, merged.Write(&out))
}

func TestMergeRefuses(t *testing.T) {
	for want, change := range map[string]func(*Profile){
		`version is "3" in one and "4" in the other`:            func(p *Profile) { p.Version = "4" },
		`model is "fraud" in one and "x" in the other`:          func(p *Profile) { p.Model = "x" },
		"only one of them has class":                            func(p *Profile) { p.Class = nil },
		"only one of them has feature/more":                     func(p *Profile) { v := *p.Features[1]; v.Name = "more"; p.Features = append(p.Features, &v) },
		"feature/amount has other bounds in the second":         func(p *Profile) { p.Features[0].Bounds[1] = 3 },
		"feature/country has other categories in the second":    func(p *Profile) { p.Features[1].Categories[1] = "IT" },
		"feature/amount has other deciles":                      func(p *Profile) { p.Features[0].Deciles = []int{0, 1} },
		`rhythm.time_zone is "Europe/Berlin" in one and "" in `: func(p *Profile) { p.Rhythm.TimeZone = "" },
		"only one of them has hours of feature/amount":          func(p *Profile) { p.Features[0].Hours = nil },
	} {
		b := sample()
		change(b)
		_, err := Merge(sample(), b)
		assert.ErrorContains(t, err, want)
	}
	_, err := Merge(nil, sample())
	assert.ErrorContains(t, err, "a profile is missing")
}

func TestMergeImportances(t *testing.T) {
	a, b := sample(), sample()
	x, y := 0.25, 4.0
	b.Features[0].Importance = &x
	merged, err := Merge(a, b)
	require.NoError(t, err)
	assert.Equal(t, 0.25, *merged.Features[0].Importance, "the second's, as the first has none")
	assert.Nil(t, a.Features[0].Importance, "nothing is changed in either")
	a.Features[1].Importance = &y
	merged, err = Merge(a, b)
	require.NoError(t, err)
	assert.Nil(t, merged.Features[0].Importance, "never of both: they may be in other units")
	assert.Equal(t, 4.0, *merged.Features[1].Importance)
}

// Encoded rows are measured from their own reference: of two there is no whole.
func TestMergeHasNoJoint(t *testing.T) {
	a, b := sample(), sample()
	merged, err := Merge(a, b)
	require.NoError(t, err)
	assert.Nil(t, merged.Joint)
	assert.Nil(t, merged.Vectors)
	assert.NotNil(t, a.Joint, "nothing is changed in either")
	b.Provenance.Rows = 0
	for _, pair := range [][2]*Profile{{a, b}, {b, a}} {
		merged, err = Merge(pair[0], pair[1])
		require.NoError(t, err)
		assert.Equal(t, a.Joint, merged.Joint, "nothing came in")
		assert.Equal(t, a.Vectors, merged.Vectors)
	}
}
