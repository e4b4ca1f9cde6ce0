package build

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

const predictions = "id,score,class,amount\n1,0.9,yes,3\n2,0.1,no,4\n3,0.7,yes,5\n4,0.2,no,6\n"

func withTruth(path string) func(*Options) {
	return func(o *Options) {
		o.IDColumn, o.ScoreColumn, o.ClassColumn, o.PositiveClass = "id", "score", "class", "yes"
		o.Truth.Path = path
	}
}

// TestTruth: labels of another file are as good as those of the rows' own.
func TestTruth(t *testing.T) {
	for name, file := range map[string]string{
		"truth.csv":    "id,label,when\n4,yes,2026-01-02\n1,yes,2026-01-01\n3,no,2026-01-03\n9,no,2026-01-09\n",
		"truth.csv.gz": "id,label\n4,yes\n1,yes\n3,no\n9,no\n",
		"truth.jsonl":  `{"id":4,"label":"yes"}` + "\n" + `{"id":"1","label":"yes"}` + "\n" + `{"id":3,"label":"no"}` + "\n",
	} {
		path := write(t, name, file)
		p := made(t, options(withTruth(path)), write(t, "a.csv", predictions))
		joined := made(t, options(withTruth(""), func(o *Options) { o.LabelColumn = "label" }),
			write(t, "b.csv", "id,score,class,amount,label\n1,0.9,yes,3,yes\n2,0.1,no,4,\n3,0.7,yes,5,no\n4,0.2,no,6,yes\n"))
		require.NotNil(t, p.TrueClass, name)
		assert.Equal(t, joined.TrueClass, p.TrueClass, name)
		assert.Equal(t, joined.Outcomes, p.Outcomes, name)
		assert.Equal(t, []string{"a.csv", name}, p.Provenance.Files)
		assert.Len(t, p.Features, 1, "the label is no feature")
		assert.Equal(t, uint64(4), p.Provenance.Rows)
	}
}

// TestTruthOfSeveralFiles: each file of predictions has its own header line; ids are by column name.
func TestTruthOfSeveralFiles(t *testing.T) {
	truth := write(t, "truth.csv", "prediction,actual\n1,2.5\n2,3.5\n")
	p := made(t, options(func(o *Options) {
		o.IDColumn, o.ValueColumn, o.LabelColumn = "id", "value", "actual"
		o.Truth = TruthFile{Path: truth, IDColumn: "prediction"}
	}), write(t, "a.csv", "id,value,x\n1,2,7\n"), write(t, "b.csv", "x,id,value\n8,2,3\n9,3,4\n"))
	assert.Equal(t, profile.Regression, p.Task)
	require.NotNil(t, p.TrueValue)
	assert.InDelta(t, 3.0, p.TrueValue.Mean, 1e-12)
	assert.Equal(t, uint64(1), p.TrueValue.Missing)
}

func TestTruthErrors(t *testing.T) {
	for name, test := range map[string]struct {
		truth  string
		change func(*Options)
		want   string
	}{
		"no id column":     {"key,label\n1,yes\n", nil, `there is no column "id" (--id-column); there are key, label; name the one that holds the prediction's id with --truth-id-column`},
		"no label column":  {"id,actual\n1,yes\n", nil, `there is no column "label"; there are id, actual; name the one that holds the label with --label-column`},
		"no id in common":  {"id,label\n7,yes\n8,no\n", nil, `none of its 2 ids is among those of 4 rows, in column "id"`},
		"no label":         {"id,label\n1,\n2,\n", nil, `no row has both an id in column "id" and a label in column "label"`},
		"nothing to join":  {"id,label\n1,yes\n", func(o *Options) { o.IDColumn = "key" }, `--truth-id-column`},
		"label in both":    {"id,class\n1,yes\n", func(o *Options) { o.ClassColumn, o.LabelColumn = "", "class" }, `has a column "class", as has the file of --truth`},
		"id column alone":  {"", func(o *Options) { o.Truth = TruthFile{IDColumn: "id"} }, "--truth-id-column id: means something only with --truth"},
		"no file":          {"", func(o *Options) { o.Truth.Path = "nowhere.csv" }, "--truth: open nowhere.csv"},
		"not a text table": {"id\n1\n", nil, `there is no column "label"`},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(withTruth(write(t, "truth.csv", test.truth)))
			if test.change != nil {
				test.change(&o)
			}
			_, err := Build(t.Context(), []string{write(t, "a.csv", predictions)}, o)
			assert.ErrorContains(t, err, test.want)
		})
	}
}
