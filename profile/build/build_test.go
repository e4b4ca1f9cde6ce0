package build

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

const small = `time,amount,country,member,score,predicted,label,note
2025-06-02T00:10:00Z,1,DE,true,0.9,yes,yes,x
2025-06-02T00:20:00Z,2,DE,false,0.1,no,no,x
2025-06-02T01:00:00Z,,FR,true,0.2,no,yes,x
2025-06-02T05:00:00Z,2,,true,0.3,no,,x
2025-06-04T23:00:00Z,4,FR,true,0.8,yes,yes,x
`

func smallOptions(change ...func(*Options)) Options {
	return options(append([]func(*Options){func(o *Options) {
		o.TimeColumn, o.ScoreColumn, o.ClassColumn, o.LabelColumn = "time", "score", "predicted", "label"
	}}, change...)...)
}

func TestSmall(t *testing.T) {
	path := write(t, "small.csv", small)
	p := made(t, smallOptions(func(o *Options) { o.Version, o.TrainingRunID, o.TrainingDatasetID = "7", "run", "set" }), path)
	assert.Equal(t, profile.Binary, p.Task)
	assert.Equal(t, "yes", p.PositiveClass)
	assert.Equal(t, profile.Rhythm{Cycle: profile.Day}, p.Rhythm, "three days")
	assert.Equal(t, []string{"feature/amount", "feature/country", "feature/member", "feature/note", "score/yes", "class", "true_class"}, p.Keys())
	assert.Equal(t, profile.Provenance{
		Files: []string{"small.csv"}, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(small))), Rows: 5,
		Start: time.Date(2025, 6, 2, 0, 10, 0, 0, time.UTC), End: time.Date(2025, 6, 4, 23, 0, 0, 0, time.UTC), TrainingRunID: "run", TrainingDatasetID: "set",
	}, p.Provenance)

	amount := p.Feature("amount")
	assert.Equal(t, profile.Numeric, amount.Type)
	assert.True(t, amount.Discrete)
	assert.Equal(t, []float64{math.Nextafter(1, 0), 1, 2, 4}, amount.Bounds)
	assert.Equal(t, []uint64{0, 1, 2, 1, 0}, amount.Counts)
	assert.Equal(t, []int{0, 2, 3}, amount.Rollup)
	assert.Equal(t, []int{0, 2, 3}, amount.Deciles)
	assert.Equal(t, uint64(1), amount.Missing)
	assert.Equal(t, 2.25, amount.Mean)
	assert.InDelta(t, math.Sqrt(4.75/3), amount.StdDev, 1e-15)
	assert.Equal(t, 2.0, amount.Quantiles["0.5"])
	assert.Equal(t, []uint64{1, 1, 0}, amount.Hours.Counts[0])
	assert.Equal(t, []uint64{0, 0, 1}, amount.Hours.Counts[23])
	assert.Equal(t, uint64(1), amount.Hours.Missing[1])

	country := p.Feature("country")
	assert.Equal(t, []string{"DE", "FR"}, country.Categories)
	assert.Equal(t, []uint64{2, 2, 0}, country.Counts)
	assert.Equal(t, uint64(1), country.Missing)
	assert.Equal(t, []int{0, 1, 2}, country.Rollup)
	assert.Empty(t, country.Deciles)

	member := p.Feature("member")
	assert.Equal(t, profile.Boolean, member.Type)
	assert.Equal(t, []string{"true", "false"}, member.Categories)
	assert.Equal(t, []uint64{4, 1, 0}, member.Counts)

	assert.Equal(t, []string{"no", "yes"}, p.Class.Categories, "most frequent first")
	assert.Equal(t, []uint64{3, 2, 0}, p.Class.Counts)
	assert.Equal(t, uint64(1), p.TrueClass.Missing)
}

func TestWarnings(t *testing.T) {
	for name, test := range map[string]struct {
		csv  string
		o    Options
		want string
	}{
		"few rows":         {small, smallOptions(), "only 5 rows"},
		"day only":         {small, smallOptions(), "less than three weeks: the rhythm is that of the day only"},
		"few chunks":       {small, smallOptions(), "window 7d: 0 chunks"},
		"constant text":    {small, smallOptions(), `column note is constant: "x"`},
		"constant number":  {"a,b\n1,2\n1,3\n", options(), "column a is constant: 1"},
		"constant boolean": {"a,b\ntrue,2\ntrue,3\n", options(), "column a is constant: true is all that it has"},
		"no times":         {"a\n1\n2\n", options(), "rows have no times (--time-column)"},
		"short":            {"timestamp,a\n2025-06-02,1\n2025-06-03,2\n", options(), "less than three days (25 hours): no rhythm"},
		"no values":        {"a,b\n1,\n2,\n", options(), "column b has no values: left out"},
		"not finite":       {"a,b\n1,NaN\n2,4\n", options(), "column b: 1 of 2 values are NaN or infinite"},
		"week too short":   {small, smallOptions(func(o *Options) { o.Rhythm = "week" }), "less than two weeks: --rhythm week"},
		"positive class":   {"a,v\n1,2\n2,3\n", options(func(o *Options) { o.ValueColumn, o.PositiveClass = "v", "1" }), "--positive-class 1: means nothing in a regression task"},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := Build(t.Context(), []string{write(t, "x.csv", test.csv)}, test.o)
			require.NoError(t, err)
			assert.Contains(t, strings.Join(result.Warnings, "\n"), test.want)
		})
	}
}

func TestIdentifiersAreLeftOut(t *testing.T) {
	var b strings.Builder
	b.WriteString("row,key,x\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,k%d,%d\n", 7+i, i*i, i%3)
	}
	path := write(t, "x.csv", b.String())
	result, err := Build(t.Context(), []string{path}, options())
	require.NoError(t, err)
	assert.Equal(t, []string{"feature/x"}, result.Profile.Keys())
	assert.Contains(t, strings.Join(result.Warnings, "\n"), "column row counts the rows and so seems to be an identifier")
	assert.Contains(t, strings.Join(result.Warnings, "\n"), "column key has another value in each row")
	p := made(t, options(func(o *Options) { o.Features = []string{"row", "key"} }), path)
	assert.Equal(t, []string{"feature/row", "feature/key"}, p.Keys(), "asked for by name")
	p = made(t, options(func(o *Options) { o.IDColumn, o.Exclude = "row", []string{"key"} }), path)
	assert.Equal(t, []string{"feature/x"}, p.Keys())
}

func TestWhere(t *testing.T) {
	path := write(t, "x.csv", "split,site,a\nref,1,10\nref,2,20\nprod,1,30\ntrain,1,40\n")
	p := made(t, options(func(o *Options) {
		o.Where = []Condition{{"split", "ref"}, {"split", "train"}, {"site", "1"}}
	}), path)
	assert.Equal(t, []string{"feature/a"}, p.Keys(), "columns of the filter are no features")
	assert.Equal(t, uint64(2), p.Provenance.Rows)
	assert.Equal(t, 10.0, p.Feature("a").Min)
	assert.Equal(t, 40.0, p.Feature("a").Max)
}

func TestSegments(t *testing.T) {
	p := made(t, smallOptions(func(o *Options) { o.Segments = [][]string{{"country"}, {"country", "member"}} }), write(t, "x.csv", small))
	require.Len(t, p.Segments, 5)
	fr := p.Segments[1]
	assert.Equal(t, map[string]string{"country": "FR"}, fr.Attributes)
	assert.Equal(t, uint64(2), fr.Rows)
	assert.Equal(t, []uint64{0, 0, 1}, fr.Counts["feature/amount"], "over the roll-up bins")
	assert.Equal(t, map[string]uint64{"feature/amount": 1}, fr.Missing)
	assert.Equal(t, map[string]string{"country": "FR", "member": "true"}, p.Segments[2].Attributes, "most rows first")
}

func TestSeveralFilesAreOne(t *testing.T) {
	lines := strings.SplitAfter(small, "\n")
	one := write(t, "one.csv", strings.Join(lines[:3], ""))
	two := write(t, "two.csv.gz", lines[0]+strings.Join(lines[3:], ""))
	p, whole := made(t, smallOptions(), one, two), made(t, smallOptions(), write(t, "x.csv", small))
	assert.Equal(t, []string{"one.csv", "two.csv.gz"}, p.Provenance.Files)
	p.Provenance, whole.Provenance = profile.Provenance{}, profile.Provenance{}
	assert.Equal(t, whole, p)
}

func TestSameRowsSameID(t *testing.T) {
	path := write(t, "x.csv", small)
	a := made(t, smallOptions(), path)
	b := made(t, smallOptions(func(o *Options) { o.Created = time.Time{} }), path)
	assert.Equal(t, a.ID(), b.ID())
}
