package build

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// TestErrors wants errors that say where, what, and what to do.
func TestErrors(t *testing.T) {
	const two = "a,b\n1,2\n3,4\n"
	for name, test := range map[string]struct {
		file, content string
		change        func(*Options)
		want          string
	}{
		"no model":          {"x.csv", two, func(o *Options) { o.Model = "" }, "--model: must name the model"},
		"bad task":          {"x.csv", two, func(o *Options) { o.Task = "guessing" }, "--task guessing: must be binary, multiclass, regression or ranking"},
		"bad bins":          {"x.csv", two, func(o *Options) { o.Bins = 30 }, "--bins 30: must be a multiple of 20"},
		"bad window":        {"x.csv", two, func(o *Options) { o.Windows = []string{"1y"} }, `--windows: "1y" is no length of a window`},
		"bad zone":          {"x.csv", two, func(o *Options) { o.TimeZone = "Mars/Base" }, "--time-zone Mars/Base: must be a name of the IANA database"},
		"bad type":          {"x.csv", two, func(o *Options) { o.Types = map[string]profile.Type{"a": "text"} }, "--type a=text: must be numeric, categorical or boolean"},
		"rhythm, no time":   {"x.csv", two, func(o *Options) { o.Rhythm = "week" }, "--rhythm week: rows need times"},
		"no such column":    {"x.csv", two, func(o *Options) { o.ScoreColumn = "p" }, `--score-column p: there is no column "p"; there are a, b`},
		"nothing to leave":  {"x.csv", two, func(o *Options) { o.JointExclude = []string{"c"} }, `--joint-exclude c: there is no column "c"; there are a, b`},
		"no such filter":    {"x.csv", two, func(o *Options) { o.Where = []Condition{{"c", "1"}} }, `--where c=1: there is no column "c"; there are a, b`},
		"no such segment":   {"x.csv", two, func(o *Options) { o.Segments = [][]string{{"a", "c"}} }, `--segment a,c: there is no column "c"`},
		"filter too narrow": {"x.csv", two, func(o *Options) { o.Where = []Condition{{"a", "9"}} }, "none of 2 rows passes --where a=9"},
		"empty file":        {"x.csv", "", nil, "x.csv: empty; must begin with a line of column names"},
		"no rows":           {"x.csv", "a,b\n", nil, "no rows"},
		"same name twice":   {"x.csv", "a,b,a\n1,2,3\n", nil, `x.csv, line 1: columns 1 and 3 are both called "a"`},
		"no name":           {"x.csv", "a,,b\n1,2,3\n", nil, "x.csv, line 1: column 2 has no name"},
		"short line":        {"x.csv", "a,b\n1,2\n3\n", nil, "x.csv, line 3: has another number of fields than the header, which has 2"},
		"stray quote":       {"x.csv", "a,b\n1,2\n3,x\"y\n", nil, "x.csv, line 3, character 4"},
		"text in a score":   {"x.csv", "s,c\n0.5,1\nhigh,0\n", func(o *Options) { o.ScoreColumn, o.ClassColumn = "s", "c" }, `x.csv, line 3, column s: "high" is not a number`},
		"score above one":   {"x.csv", "s,c\n0.5,1\n7,0\n", func(o *Options) { o.ScoreColumn, o.ClassColumn = "s", "c" }, "x.csv, line 3, column s: 7 is no probability; must be from 0 to 1"},
		"forced numeric":    {"x.csv", "a,b\n1,2\nx,4\n", func(o *Options) { o.Types = map[string]profile.Type{"a": profile.Numeric} }, `x.csv, line 3, column a: "x" is not a number; correct the row, or say with --missing`},
		"forced boolean":    {"x.csv", "a,b\ntrue,2\n1,4\n", func(o *Options) { o.Types = map[string]profile.Type{"a": profile.Boolean} }, `x.csv, line 3, column a: "1" is neither true nor false`},
		"no time":           {"x.csv", "t,a\n2025-06-01,1\n,2\n", func(o *Options) { o.TimeColumn = "t" }, "x.csv, line 3, column t: is empty; each row must have a time"},
		"bad time":          {"x.csv", "t,a\n2025-06-01,1\nJune 2nd,2\n", func(o *Options) { o.TimeColumn = "t" }, `x.csv, line 3, column t: "June 2nd" must be a time like 2026-01-31T12:00:00Z`},
		"time too old":      {"x.csv", "t,a\n1066-10-14,1\n", func(o *Options) { o.TimeColumn = "t" }, `x.csv, line 2, column t: "1066-10-14" must be a time from 1970 to 2200`},
		"which is positive": {"x.csv", "s,c\n0.5,cat\n0.1,dog\n", func(o *Options) { o.ScoreColumn, o.ClassColumn = "s", "c" }, `--positive-class is missing: which of the classes "cat", "dog" are the scores for?`},
		"positive, unasked": {"x.csv", "s,c\n0.5,1\n", func(o *Options) { o.ScoreColumn = "s" }, `--positive-class is missing: which class is the score in "s" for?`},
		"unknown positive":  {"x.csv", "s,c\n0.5,cat\n0.1,dog\n", func(o *Options) { o.ScoreColumn, o.ClassColumn, o.PositiveClass = "s", "c", "cow" }, `--positive-class cow: the classes in the data are "cat", "dog"`},
		"broken JSON":       {"x.jsonl", "{\"a\":1}\n{\"a\":\n", nil, "x.jsonl, line 2: is no JSON object"},
		"JSON array":        {"x.json", "[{\"a\":1}]\n", nil, `x.json, line 1: begins with '['; must be a JSON object a line`},
		"broken Parquet":    {"x.parquet", "PAR1" + strings.Repeat("x", 100) + "PAR1", nil, "x.parquet: is no whole Parquet file"},
		"named identifier":  {"x.csv", "a,b\n,2\n,4\n", func(o *Options) { o.Features = []string{"a"} }, "--features a: the column has no values"},
		"nothing left":      {"x.csv", "a\n\"\"\n\"\"\n", nil, "no column is left to describe"},
		"value and score":   {"x.csv", two, func(o *Options) { o.ValueColumn, o.ScoreColumn = "a", "b" }, "--value-column a: a model predicts either a value or a class"},
		"score of no class": {"x.csv", "s,l\n0.1,a\n0.2,b\n0.3,c\n", func(o *Options) { o.ScoreColumn, o.LabelColumn = "s", "l" }, "in a multiclass task the score is for the predicted class; name its column with --class-column"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options()
			if test.change != nil {
				test.change(&o)
			}
			_, err := Build(t.Context(), []string{write(t, test.file, test.content)}, o)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestFilesThatCanNotBe(t *testing.T) {
	_, err := Build(t.Context(), nil, options())
	assert.ErrorContains(t, err, "no file given")
	_, err = Build(t.Context(), []string{"-"}, options())
	assert.ErrorContains(t, err, "standard input can be read only once")
	_, err = Build(t.Context(), []string{t.TempDir()}, options())
	assert.ErrorContains(t, err, "is a directory")
	_, err = Build(t.Context(), []string{filepath.Join(t.TempDir(), "none.csv")}, options())
	assert.ErrorIs(t, err, os.ErrNotExist)
	fake := filepath.Join(t.TempDir(), "x.csv.gz")
	require.NoError(t, os.WriteFile(fake, []byte("a\n1\n"), 0o600))
	_, err = Build(t.Context(), []string{fake}, options())
	assert.ErrorContains(t, err, "a name that ends in .gz must be a gzip file")
}

func TestFilesMustHaveTheSameColumns(t *testing.T) {
	a := write(t, "a.csv", "x,y\n1,2\n")
	_, err := Build(t.Context(), []string{a, write(t, "b.csv", "x,z\n1,2\n")}, options())
	assert.ErrorContains(t, err, `b.csv, line 1: column "z" is not in the other files`)
	_, err = Build(t.Context(), []string{a, write(t, "b.csv", "y\n1\n")}, options())
	assert.ErrorContains(t, err, `b.csv, line 1: there is no column "x", which the other files have`)
	p := made(t, options(), a, write(t, "b.csv", "y,x\n20,10\n"))
	assert.Equal(t, 10.0, p.Feature("x").Max, "the order may differ")
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Build(ctx, []string{write(t, "x.csv", toCSV(month(3000)))}, scored())
	assert.ErrorIs(t, err, context.Canceled)
}
