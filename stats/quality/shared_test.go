package quality_test

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

	"github.com/leeway-ml/leeway/stats/quality"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// shared is a file of the data sets and of other people's numbers about them; tests skip where it is absent.
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

// rows of a gzipped CSV, by column name.
func rows(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(shared(t, "data/"+name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	records, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	all := make([]map[string]string, 0, len(records))
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, field := range record {
			row[records[0][i]] = field
		}
		all = append(all, row)
	}
	return all
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return x
}

// labels of a file of truths by prediction.
func labels(t testing.TB, name string) map[string]string {
	all := map[string]string{}
	for _, row := range rows(t, name) {
		all[row["prediction_id"]] = row["label"]
	}
	return all
}

// scored is a score for a class and whether the class was true.
type scored struct {
	score    float64
	positive bool
}

// exact is a table with a bin for each distinct score.
func exact(sample []scored) *scores.Table {
	sorted := append([]scored(nil), sample...)
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

// histogram is an exponential histogram of at most so many buckets, at the finest scale that fits.
func histogram(values []float64, buckets int) *summary.Exponential {
	e := &summary.Exponential{}
	for _, x := range values {
		one := &summary.Exponential{Scale: 20}
		switch {
		case x > 0:
			one.Positive = summary.Buckets{Offset: summary.BucketIndex(20, x), Counts: []uint64{1}}
		case x < 0:
			one.Negative = summary.Buckets{Offset: summary.BucketIndex(20, x), Counts: []uint64{1}}
		default:
			one.Zero = 1
		}
		e.Merge(one, buckets)
	}
	return e
}

// binned is a table as summaries make it: over the buckets of an exponential histogram of odds.
func binned(sample []scored) *scores.Table {
	var odds []float64
	for _, o := range sample {
		odds = append(odds, oddsOf(o.score))
	}
	e := histogram(odds, 640)
	t := &scores.Table{}
	for i := range e.Positive.Counts {
		low, high := summary.BucketBound(e.Scale, e.Positive.Offset+int32(i)), summary.BucketBound(e.Scale, e.Positive.Offset+int32(i)+1)
		middle := math.Sqrt(low * high)
		t.Bins = append(t.Bins, scores.Bin{Low: low / (1 + low), High: high / (1 + high), Score: middle / (1 + middle)})
	}
	t.Positives, t.Negatives = make([]float64, len(t.Bins)), make([]float64, len(t.Bins))
	for _, o := range sample {
		i := summary.BucketIndex(e.Scale, oddsOf(o.score)) - e.Positive.Offset
		if o.positive {
			t.Positives[i]++
		} else {
			t.Negatives[i]++
		}
	}
	return t
}

func oddsOf(score float64) float64 {
	s := min(max(score, 1e-9), 1-1e-9)
	return s / (1 - s)
}

// errorsOf is the distribution of errors as summaries hold it.
func errorsOf(errs []float64) *quality.Errors {
	e := histogram(errs, 160)
	all := &quality.Errors{}
	all.Add(quality.ErrorBin{Count: float64(e.Zero)})
	for i, n := range e.Positive.Counts {
		index := e.Positive.Offset + int32(i)
		all.Add(quality.ErrorBin{Low: summary.BucketBound(e.Scale, index), High: summary.BucketBound(e.Scale, index+1), Count: float64(n)})
	}
	for i, n := range e.Negative.Counts {
		index := e.Negative.Offset + int32(i)
		all.Add(quality.ErrorBin{Low: summary.BucketBound(e.Scale, index), High: summary.BucketBound(e.Scale, index+1), Negative: true, Count: float64(n)})
	}
	return all
}
