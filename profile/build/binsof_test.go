package build

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// TestMergeOfPartsIsTheWhole: the parts of a file, binned as the whole is, add up to the profile of the whole.
func TestMergeOfPartsIsTheWhole(t *testing.T) {
	csv := toCSV(month(6000))
	lines := strings.SplitAfter(csv, "\n")
	week := func(o *Options) { o.Rhythm, o.Segments = "week", [][]string{{"country"}} }
	whole := made(t, scored(week), write(t, "x.csv", csv))
	var merged *profile.Profile
	for _, part := range [][]string{lines[1:1500], lines[1500:1510], lines[1510:]} {
		p := made(t, scored(week, func(o *Options) { o.BinsOf = whole }), write(t, "x.csv", lines[0]+strings.Join(part, "")))
		if merged == nil {
			merged = p
			continue
		}
		var err error
		merged, err = profile.Merge(merged, p)
		require.NoError(t, err)
	}
	for _, key := range whole.Keys() {
		v, m := whole.Variable(key), merged.Variable(key)
		assert.InDelta(t, v.Mean, m.Mean, 1e-9, key)
		assert.InDelta(t, v.StdDev, m.StdDev, 1e-9, key)
		for p, x := range v.Quantiles { // computed anew from the bins: right to one of a hundred
			i := v.Bin(x)
			low, high := v.Min, v.Max
			if i > 1 {
				low = v.Bounds[i-2]
			}
			if i+1 < len(v.Bounds) {
				high = v.Bounds[i+1]
			}
			assert.True(t, low <= m.Quantiles[p] && m.Quantiles[p] <= high, "%s: quantile %s is %v, not %v", key, p, m.Quantiles[p], x)
		}
		m.Mean, m.StdDev, m.Quantiles, m.Limits = v.Mean, v.StdDev, v.Quantiles, v.Limits
	}
	assert.NotNil(t, whole.Joint)
	assert.Nil(t, merged.Joint, "of two references there is no joint one")
	whole.Joint = nil
	sortSegments(merged)
	sortSegments(whole)
	assert.Equal(t, without(whole), without(merged))
}

// TestPartWithoutValues: a column that is empty in one part is still there, so that the parts can be merged.
func TestPartWithoutValues(t *testing.T) {
	whole := made(t, options(), write(t, "x.csv", "n,c,b\n1,a,true\n2,b,false\n"))
	part := made(t, options(func(o *Options) { o.BinsOf = whole }), write(t, "x.csv", "n,c,b\n,,\n,,\n"))
	merged, err := profile.Merge(whole, part)
	require.NoError(t, err)
	assert.Equal(t, uint64(2), merged.Feature("n").Missing)
	assert.Equal(t, whole.Feature("n").Quantiles, merged.Feature("n").Quantiles)
}

func sortSegments(p *profile.Profile) {
	for i := range p.Segments {
		for j := range i {
			if p.Segments[i].Attributes["country"] < p.Segments[j].Attributes["country"] {
				p.Segments[i], p.Segments[j] = p.Segments[j], p.Segments[i]
			}
		}
	}
}

func TestBinsOfAnotherProfile(t *testing.T) {
	first := made(t, options(), write(t, "a.csv", "n,c,gone\n1,a,1\n2,b,2\n2,a,3\n"))
	require.True(t, first.Feature("n").Discrete)
	result, err := Build(t.Context(), []string{write(t, "b.csv", "n,c,new\n1,a,1\n1.5,x,2\n9,b,3\n")}, options(func(o *Options) { o.BinsOf = first }))
	require.NoError(t, err)
	n := result.Profile.Feature("n")
	assert.Equal(t, []float64{math.Nextafter(1, 0), 1, 2}, n.Bounds)
	assert.Equal(t, []uint64{0, 1, 1, 1}, n.Counts)
	assert.False(t, n.Discrete, "1.5 and 9 have no bins of their own")
	assert.Equal(t, []string{"a", "b"}, result.Profile.Feature("c").Categories)
	assert.Equal(t, []uint64{1, 1, 1}, result.Profile.Feature("c").Counts)
	assert.Contains(t, strings.Join(result.Warnings, "\n"), "feature/new is not in the profile of --bins-from")

	_, err = Build(t.Context(), []string{write(t, "b.csv", "n,c\n1,a\n2,b\n")}, options(func(o *Options) {
		o.BinsOf, o.Types = first, map[string]profile.Type{"n": profile.Categorical}
	}))
	assert.ErrorContains(t, err, "--bins-from: there feature/n is numeric, here it is categorical")
}
