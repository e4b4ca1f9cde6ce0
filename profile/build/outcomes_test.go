package build

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/judge/quality"
	"github.com/leeway-ml/leeway/profile"
)

// measures of a profile's outcomes.
func measures(t testing.TB, p *profile.Profile) map[string]float64 {
	t.Helper()
	require.NotEmpty(t, p.Outcomes)
	all := map[string]float64{}
	for _, m := range quality.Measure(outcome.GatherReference(p), p) {
		all[m.Name] = m.Value
	}
	return all
}

// gzipRows are the header and the rows of a gzipped CSV.
func gzipRows(t testing.TB, path string) (header []string, rows [][]string) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	rows, err = csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	return rows[0], rows[1:]
}

// joined writes a prediction log with its labels as one CSV.
func joined(t testing.TB, predictions, truth string) string {
	t.Helper()
	labels := map[string]string{}
	_, rows := gzipRows(t, shared(t, "data/"+truth))
	for _, row := range rows {
		labels[row[0]] = row[1]
	}
	header, rows := gzipRows(t, shared(t, "data/"+predictions))
	var b strings.Builder
	fmt.Fprintln(&b, strings.Join(append(header, "label"), ","))
	for _, row := range rows {
		fmt.Fprintln(&b, strings.Join(append(row, labels[row[0]]), ","))
	}
	return write(t, "log.csv", b.String())
}

func goldenPerformance(t testing.TB, name string) map[string]float64 {
	t.Helper()
	var g struct {
		Windows map[string]map[string]any `json:"windows_values"`
	}
	text, err := os.ReadFile(shared(t, "golden/"+name+"_performance.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &g))
	numbers := map[string]float64{}
	for key, x := range g.Windows["reference"] {
		if f, ok := x.(float64); ok {
			numbers[key] = f
		}
	}
	return numbers
}

// The reference's quality is scikit-learn's.
func TestOutcomesOfElec2(t *testing.T) {
	path := joined(t, "elec2_predictions.csv.gz", "elec2_truth.csv.gz")
	p := made(t, options(func(o *Options) {
		o.Where = []Condition{{"split", "reference"}}
		o.ScoreColumn, o.ClassColumn, o.LabelColumn, o.PositiveClass, o.IDColumn = "predicted_probability", "predicted_class", "label", "UP", "prediction_id"
	}), path)
	want, got := goldenPerformance(t, "elec2"), measures(t, p)
	for measure, key := range map[string]string{
		"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "f1", "mcc": "mcc", "log_loss": "log_loss", "brier_score": "brier",
	} {
		assert.InDelta(t, want[key], got[measure], 1e-9, measure)
	}
	assert.InDelta(t, want["roc_auc"], got["roc_auc"], 1e-3)
	assert.Equal(t, uint64(want["n"]), p.OutcomeRows())

	// Chunks: of a day with 48 rows there are too few, of a week there are enough.
	limit, ok := p.QualityLimits["7d"]["accuracy"]
	require.True(t, ok)
	assert.Less(t, limit.Worst, got["accuracy"])
	assert.GreaterOrEqual(t, limit.Chunks, 11)
	assert.True(t, p.QualityLimits["7d"]["log_loss"].LessIsBetter)
	assert.Greater(t, p.QualityLimits["7d"]["log_loss"].Worst, got["log_loss"])
	assert.NotContains(t, p.QualityLimits, "1h")

	var out bytes.Buffer
	require.NoError(t, p.Write(&out))
	outcomes := p.Outcomes
	p.Outcomes = nil
	var without bytes.Buffer
	require.NoError(t, p.Write(&without))
	t.Logf("outcomes take %d of %d bytes", out.Len()-without.Len(), out.Len())
	assert.Less(t, out.Len()-without.Len(), 64<<10)
	read, err := profile.Read(&out)
	require.NoError(t, err)
	assert.Equal(t, outcomes, read.Outcomes)
}

func TestOutcomesOfBikeSharing(t *testing.T) {
	path := joined(t, "bike_sharing_predictions.csv.gz", "bike_sharing_truth.csv.gz")
	p := made(t, options(func(o *Options) {
		o.Where = []Condition{{"split", "reference"}}
		o.ValueColumn, o.LabelColumn, o.IDColumn = "predicted_value", "label", "prediction_id"
	}), path)
	want, got := goldenPerformance(t, "bike_sharing"), measures(t, p)
	assert.InEpsilon(t, want["rmse"], got["rmse"], 1e-9)
	assert.InEpsilon(t, want["mae"], got["mae"], 1e-9)
	assert.InEpsilon(t, want["median_absolute_error"], got["median_absolute_error"], 0.05)
	assert.Contains(t, p.QualityLimits["7d"], "rmse")

	// Losses by the prediction's bin add up to those of all, and are where the predictions are.
	o := outcome.GatherReference(p)
	sum := outcome.Sum{}
	for bin, x := range o.LossesByBin["squared"] {
		assert.Less(t, bin, len(p.Value.Rollup))
		sum.Count, sum.Sum = sum.Count+x.Count, sum.Sum+x.Sum
	}
	assert.Equal(t, o.Losses["squared"].Count, sum.Count)
	assert.InEpsilon(t, o.Losses["squared"].Sum, sum.Sum, 1e-9)
	assert.Greater(t, len(o.LossesByBin["squared"]), 10)
}

func TestOutcomesOfDigits(t *testing.T) {
	p := made(t, options(func(o *Options) {
		o.Where = []Condition{{"split", "reference"}}
		o.ClassColumn, o.LabelColumn, o.IDColumn = "predicted_class", "label", "prediction_id"
		o.ProbabilityColumns = map[string]string{}
		for k := range 10 {
			o.ProbabilityColumns[fmt.Sprint(k)] = fmt.Sprintf("p%d", k)
		}
	}), shared(t, "data/digits_predictions.csv.gz"))
	want, got := goldenPerformance(t, "digits"), measures(t, p)
	for measure, key := range map[string]string{
		"accuracy": "accuracy", "f1": "f1_macro", "recall": "recall_macro", "mcc": "mcc", "log_loss": "log_loss", "brier_score": "brier_multi",
	} {
		assert.InDelta(t, want[key], got[measure], 1e-9, measure)
	}
	assert.InDelta(t, want["roc_auc_ovr_macro"], got["roc_auc"], 1e-3)
	assert.Contains(t, got, "top_k_accuracy")
}

// What rows there are, and what becomes of them.
func TestOutcomesOfRows(t *testing.T) {
	rows := func(lines ...string) string {
		var b strings.Builder
		b.WriteString("x,class,score,label\n")
		for i := range 40 {
			fmt.Fprintf(&b, "%d,%s\n", i, lines[i%len(lines)])
		}
		return b.String()
	}
	for name, test := range map[string]struct {
		csv    string
		change func(*Options)
		want   map[string]float64 // counts by "predicted/truth"
	}{
		"class and score": {rows("yes,0.7,yes", "no,0.2,yes"), func(*Options) {}, map[string]float64{"yes/yes": 20, "no/yes": 20}},
		"score alone":     {rows(",0.7,yes", ",0.2,no", ",0.1,yes", ",0.5,no"), func(*Options) {}, map[string]float64{"yes/yes": 10, "no/no": 10, "no/yes": 10, "yes/no": 10}},
		"class alone":     {rows("yes,,yes", "no,,yes"), func(o *Options) { o.ScoreColumn = "" }, map[string]float64{"yes/yes": 20, "no/yes": 20}},
		"missing labels":  {rows("yes,0.7,yes", "no,0.2,"), func(*Options) {}, map[string]float64{"yes/yes": 20}},
		"no labels":       {rows("yes,0.7,yes", "no,0.2,yes"), func(o *Options) { o.LabelColumn, o.Exclude = "", []string{"label"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := made(t, options(func(o *Options) {
				o.ClassColumn, o.ScoreColumn, o.LabelColumn, o.PositiveClass, o.WithoutTime, o.Rhythm = "class", "score", "label", "yes", true, "none"
				if name == "score alone" {
					o.ClassColumn, o.Exclude = "", []string{"class"}
				}
				if name == "class alone" {
					o.Exclude = []string{"score"}
				}
				test.change(o)
			}), write(t, "rows.csv", test.csv))
			if test.want == nil {
				assert.Empty(t, p.Outcomes)
				return
			}
			got := map[string]float64{}
			c := outcome.GatherReference(p).Confusion
			for i, predicted := range c.Classes {
				for j, truth := range c.Classes {
					if n := c.Counts[i][j]; n > 0 {
						got[predicted+"/"+truth] = n
					}
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// Profiles of two halves, merged, have the outcomes of the whole.
func TestMergedOutcomesAreTheWhole(t *testing.T) {
	half := func(from, to int) string {
		var b strings.Builder
		b.WriteString("timestamp,x,class,score,label\n")
		for i := from; i < to; i++ {
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 10 * time.Minute)
			fmt.Fprintf(&b, "%s,%d,%s,%g,%s\n", at.Format(time.RFC3339), i%7, []string{"yes", "no"}[i*i%3%2], float64(i*i%97)/100, []string{"no", "yes"}[i%2])
		}
		return write(t, "rows.csv", b.String())
	}
	o := options(func(o *Options) {
		o.ClassColumn, o.ScoreColumn, o.LabelColumn, o.PositiveClass, o.Rhythm = "class", "score", "label", "yes", "none"
	})
	first, second := half(0, 1000), half(1000, 3000)
	whole := made(t, o, first, second)
	o.BinsOf = whole
	merged, err := profile.Merge(made(t, o, first), made(t, o, second))
	require.NoError(t, err)
	require.Len(t, merged.Outcomes, len(whole.Outcomes))
	for i, want := range whole.Outcomes {
		got := merged.Outcomes[i]
		assert.Equal(t, want.Metric, got.Metric)
		assert.Equal(t, want.Attributes, got.Attributes)
		if want.Histogram != nil {
			assert.Equal(t, want.Histogram.Count, got.Histogram.Count)
			assert.InDelta(t, want.Histogram.Sum, got.Histogram.Sum, 1e-9*math.Max(1, want.Histogram.Sum))
		}
		if want.Exponential != nil {
			assert.Equal(t, want.Exponential.Positive, got.Exponential.Positive)
			assert.Equal(t, want.Exponential.PositiveOffset, got.Exponential.PositiveOffset)
		}
		assert.Equal(t, want.Sum, got.Sum)
	}
	require.Contains(t, merged.QualityLimits, "24h")
	worst := merged.QualityLimits["24h"]["accuracy"].Worst
	assert.GreaterOrEqual(t, worst, whole.QualityLimits["24h"]["accuracy"].Worst, "chunks across both are in the whole only")
}
