package calibration

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// shared is the folder of the data sets and of other people's numbers about them; tests skip where it is absent.
func shared(t testing.TB, name string) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, folder, filepath.Dir(folder), "no go.mod above the test")
		folder = filepath.Dir(folder)
	}
	file := filepath.Join(folder, "..", "shared", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there: only properties are checked", name)
	}
	return file
}

func golden(t testing.TB, name string, into any) {
	t.Helper()
	content, err := os.ReadFile(shared(t, "golden/"+name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

// table is the rows of a gzipped CSV, by column name.
func table(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(shared(t, "data/"+name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	records, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	rows := make([]map[string]string, 0, len(records))
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, field := range record {
			row[records[0][i]] = field
		}
		rows = append(rows, row)
	}
	return rows
}

// outcome is a score and its truth.
type outcome struct {
	score    float64
	positive bool
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return x
}

// goldenOutcomes are the rows that a golden file's windows are made of: the reference's, and those after it; nil where a row has no label.
func goldenOutcomes(t testing.TB, name string) (reference, rest []*outcome) {
	t.Helper()
	switch name {
	case "elec2":
		labels := map[string]string{}
		for _, row := range table(t, "elec2_truth.csv.gz") {
			labels[row["prediction_id"]] = row["label"]
		}
		for _, row := range table(t, "elec2_predictions.csv.gz") {
			var o *outcome
			if label, ok := labels[row["prediction_id"]]; ok {
				o = &outcome{number(t, row["predicted_probability"]), label == "UP"}
			}
			if row["split"] == "reference" {
				reference = append(reference, o)
			} else {
				rest = append(rest, o)
			}
		}
	case "california_housing":
		for _, row := range table(t, "california_housing.csv.gz") {
			o := &outcome{number(t, row["y_pred_proba"]), number(t, row["clf_target"]) == 1}
			if row["split"] == "reference" {
				reference = append(reference, o)
			} else {
				rest = append(rest, o)
			}
		}
	}
	return reference, rest
}

// exact is a table with a bin for each distinct score.
func exact(outcomes []outcome) *scores.Table {
	sorted := append([]outcome(nil), outcomes...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].score < sorted[j].score })
	t := &scores.Table{}
	for _, o := range sorted {
		if k := len(t.Bins) - 1; k < 0 || t.Bins[k].Score != o.score {
			t.Bins = append(t.Bins, scores.Bin{Low: o.score, High: o.score, Score: o.score})
			t.Positives, t.Negatives = append(t.Positives, 0), append(t.Negatives, 0)
		}
		if k := len(t.Bins) - 1; o.positive {
			t.Positives[k]++
		} else {
			t.Negatives[k]++
		}
	}
	return t
}

func (o outcome) odds() float64 {
	s := min(max(o.score, Clip), 1-Clip)
	return s / (1 - s)
}

// odds is a table as summaries make it: buckets of a base-2 exponential histogram of the odds, at the finest scale that needs at most 640 buckets.
func odds(outcomes []outcome) *scores.Table {
	least, greatest := math.Inf(1), math.Inf(-1)
	for _, o := range outcomes {
		least, greatest = min(least, o.odds()), max(greatest, o.odds())
	}
	scale := int32(20)
	for summary.BucketIndex(scale, greatest)-summary.BucketIndex(scale, least) >= 640 {
		scale--
	}
	first := summary.BucketIndex(scale, least)
	n := int(summary.BucketIndex(scale, greatest)-first) + 1
	t := &scores.Table{Bins: make([]scores.Bin, n), Positives: make([]float64, n), Negatives: make([]float64, n)}
	for i := range t.Bins {
		low, high := summary.BucketBound(scale, first+int32(i)), summary.BucketBound(scale, first+int32(i)+1)
		middle := math.Sqrt(low * high)
		t.Bins[i] = scores.Bin{Low: low / (1 + low), High: high / (1 + high), Score: middle / (1 + middle)}
	}
	for _, o := range outcomes {
		i := summary.BucketIndex(scale, o.odds()) - first
		if o.positive {
			t.Positives[i]++
		} else {
			t.Negatives[i]++
		}
	}
	return t
}

// equalWidth are the exact bins that summaries hold.
func equalWidth(outcomes []outcome, k int) Bins {
	bins := make(Bins, k)
	for _, o := range outcomes {
		b := &bins[BinIndex(o.score, k)]
		if o.positive {
			b.Positives++
			b.PositiveScores += o.score
		} else {
			b.Negatives++
			b.NegativeScores += o.score
		}
	}
	return bins
}
