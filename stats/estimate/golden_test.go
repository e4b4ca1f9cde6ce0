package estimate

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// shared is a file of the folder of data and golden numbers beside the repository; the test is skipped where it is absent.
func shared(t testing.TB, name string) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", name))
	require.NoError(t, err)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there", name)
	}
	return file
}

// columns reads a gzipped CSV.
func columns(t testing.TB, name string) map[string][]string {
	t.Helper()
	f, err := os.Open(shared(t, "data/"+name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	rows, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	out := make(map[string][]string)
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			out[name] = append(out[name], row[i])
		}
	}
	return out
}

// row is a prediction and its truth.
type row struct {
	score               float64
	predicted, positive bool
}

// rowsOf reads the labelled rows of a data set, reference and production apart.
func rowsOf(t testing.TB, set string) (reference, production []row) {
	t.Helper()
	parse := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return x
	}
	if set == "california_housing" {
		data := columns(t, "california_housing.csv.gz")
		for i, split := range data["split"] {
			r := row{parse(data["y_pred_proba"][i]), parse(data["y_pred"][i]) == 1, parse(data["clf_target"][i]) == 1}
			if split == "reference" {
				reference = append(reference, r)
			} else {
				production = append(production, r)
			}
		}
		return reference, production
	}
	truths := make(map[string]string)
	data := columns(t, "elec2_truth.csv.gz")
	for i, id := range data["prediction_id"] {
		truths[id] = data["label"][i]
	}
	data = columns(t, "elec2_predictions.csv.gz")
	for i, id := range data["prediction_id"] {
		if truths[id] == "" {
			continue
		}
		r := row{parse(data["predicted_probability"][i]), data["predicted_class"][i] == "UP", truths[id] == "UP"}
		if data["split"][i] == "reference" {
			reference = append(reference, r)
		} else {
			production = append(production, r)
		}
	}
	return reference, production
}

const (
	windowBuckets    = 640  // as model_summary makes them
	referenceBuckets = 2560 // as profiles keep them
)

// odds are the scores as summaries hold them: odds of scores kept to [1e-9, 1 - 1e-9] in exponential buckets.
func odds(rows []row, buckets int, of func(row) bool) *summary.Exponential {
	e := &summary.Exponential{}
	for _, r := range rows {
		if !of(r) {
			continue
		}
		s := min(max(r.score, 1e-9), 1-1e-9)
		one := &summary.Exponential{Scale: 20, Positive: summary.Buckets{Offset: summary.BucketIndex(20, s/(1-s)), Counts: []uint64{1}}}
		e.Merge(one, buckets)
	}
	return e
}

// binned are outcomes and predictions over the same buckets of odds.
func binned(rows []row, buckets int) (t scores.Table, p Predictions) {
	scale := odds(rows, buckets, func(row) bool { return true }).Scale
	bins := make(map[int32]int)
	var indices []int32
	each := func(of func(row) bool, do func(at int32, n float64)) {
		e := odds(rows, buckets, of)
		e.Downscale(scale)
		for i, n := range e.Positive.Counts {
			if n > 0 {
				do(e.Positive.Offset+int32(i), float64(n))
			}
		}
	}
	each(func(row) bool { return true }, func(at int32, _ float64) { indices = append(indices, at) })
	slices.Sort(indices)
	for i, at := range indices {
		low, high := summary.BucketBound(scale, at), summary.BucketBound(scale, at+1)
		middle := math.Sqrt(low * high)
		t.Bins = append(t.Bins, scores.Bin{Low: low / (1 + low), High: high / (1 + high), Score: middle / (1 + middle)})
		bins[at] = i
	}
	count := func(of func(row) bool) []float64 {
		counts := make([]float64, len(indices))
		each(of, func(at int32, n float64) { counts[bins[at]] += n })
		return counts
	}
	t.Positives = count(func(r row) bool { return r.positive })
	t.Negatives = count(func(r row) bool { return !r.positive })
	p = Predictions{Bins: t.Bins, Predicted: count(func(r row) bool { return r.predicted }), Others: count(func(r row) bool { return !r.predicted })}
	return t, p
}

// nannyml is the golden file of CBPE.
type nannyml struct {
	Datasets map[string]map[string]json.RawMessage `json:"datasets"`
}

type nannymlMethod struct {
	NeedsCalibration bool `json:"needs_calibration"`
	Chunks           []struct {
		Start   int
		End     int `json:"end_inclusive"`
		Metrics map[string]struct {
			Value         float64
			SamplingError float64 `json:"sampling_error"`
		}
	}
}

// measures of a binary model by NannyML's names; confusion counts are not shares.
func measures(e *Expected) map[string]Value {
	tp, fp, fn, tn := e.Confusion()
	count := func(x, dTP, dFN float64) Value { return e.ofConfusion(x, dTP, dFN) }
	return map[string]Value{
		"accuracy": e.Accuracy(), "precision": e.Precision(), "recall": e.Recall(), "specificity": e.Specificity(), "f1": e.F1(),
		"roc_auc": e.ROCAUC(), "average_precision": e.AveragePrecision(),
		"true_positive": count(tp, 1, 0), "false_positive": count(fp, -1, 0), "false_negative": count(fn, 0, 1), "true_negative": count(tn, 0, -1),
	}
}

// Every measure of every chunk, computed from buckets of odds, is within 1e-2 of NannyML's, computed from the rows; counts within 1e-2 of
// the chunk's size. A reference of 640 buckets only, as a learned one has, costs up to 2e-2 where few positives are left.
func TestGolden(t *testing.T) {
	for _, set := range []string{"california_housing", "elec2"} {
		for _, method := range []string{Auto, "isotonic", None} {
			t.Run(set+" "+method, func(t *testing.T) { compareGolden(t, set, method, referenceBuckets, 1e-2) })
			t.Run(set+" "+method+", learned", func(t *testing.T) { compareGolden(t, set, method, windowBuckets, 2e-2) })
		}
	}
}

func compareGolden(t *testing.T, set, method string, buckets int, tolerance float64) {
	var g nannyml
	text, err := os.ReadFile(shared(t, "golden/cbpe_nannyml.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &g))
	var golden nannymlMethod
	require.NoError(t, json.Unmarshal(g.Datasets[set][method], &golden))
	require.NotEmpty(t, golden.Chunks)

	reference, production := rowsOf(t, set)
	outcomes, _ := binned(reference, buckets)
	r, err := NewReference(&outcomes, method)
	require.NoError(t, err)
	assert.Equal(t, golden.NeedsCalibration, r.Method() != None)
	deviation, ratio := make(map[string]float64), make(map[string][]float64)
	for _, chunk := range golden.Chunks {
		rows := production[chunk.Start : chunk.End+1]
		_, p := binned(rows, windowBuckets)
		got := measures(r.Expect(p))
		require.Len(t, chunk.Metrics, len(got))
		for name, want := range chunk.Metrics {
			value := got[name]
			if name == "precision" && math.IsNaN(value.Value) { // nothing was predicted as the class: NannyML says 0
				assert.Zero(t, want.Value)
				continue
			}
			unit := 1.0
			switch name {
			case "true_positive", "false_positive", "false_negative", "true_negative":
				unit = float64(len(rows))
			}
			d := math.Abs(value.Value-want.Value) / unit
			assert.LessOrEqual(t, d, tolerance, "%s of the rows from %d on: %v, NannyML %v", name, chunk.Start, value.Value, want.Value)
			deviation[name] = max(deviation[name], d)
			ratio[name] = append(ratio[name], value.Error/want.SamplingError)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(deviation)) {
		slices.Sort(ratio[name])
		t.Logf("%-18s greatest deviation %.1e; our error / NannyML's: median %.2f (%.2f to %.2f)", name, deviation[name],
			ratio[name][len(ratio[name])/2], ratio[name][0], ratio[name][len(ratio[name])-1])
	}
}
