package estimate

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
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
	f, err := os.Open(shared(t, "data/"+name+".csv.gz"))
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

func number(t testing.TB, s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return x
}

// labelledRows are the labelled rows of a binary data set, the reference's and those of production, with NannyML's names of columns.
func labelledRows(t testing.TB, set string) (reference, production []event) {
	class, score, predicted, positive := "1", "y_pred_proba", "y_pred", "1"
	data := columns(t, map[string]string{"california_housing": "california_housing", "elec2": "elec2_predictions"}[set])
	truth := data["clf_target"]
	if set == "elec2" {
		class, score, predicted, positive = "UP", "predicted_probability", "predicted_class", "UP"
		labels := make(map[string]string)
		late := columns(t, "elec2_truth")
		for i, id := range late["prediction_id"] {
			labels[id] = late["label"][i]
		}
		for _, id := range data["prediction_id"] {
			truth = append(truth, labels[id])
		}
	}
	named := func(s string) string {
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			s = strconv.FormatFloat(f, 'g', -1, 64)
		}
		if s == positive {
			return class
		}
		return "not " + class
	}
	for i, split := range data["split"] {
		if truth[i] == "" {
			continue
		}
		e := event{scores: map[string]float64{class: number(t, data[score][i])}, predicted: named(data[predicted][i]), truth: named(truth[i])}
		if split == "reference" {
			reference = append(reference, e)
		} else {
			production = append(production, e)
		}
	}
	return reference, production
}

// Each estimate of each golden chunk, from a profile and a window as the programs make them, is within 1e-2 of NannyML's.
func TestGolden(t *testing.T) {
	var golden struct {
		Datasets map[string]struct {
			Auto struct {
				Chunks []struct {
					Start   int
					End     int `json:"end_inclusive"`
					Metrics map[string]struct{ Value float64 }
				}
			}
		}
	}
	text, err := os.ReadFile(shared(t, "golden/cbpe_nannyml.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	j := newJudge(t, func(c *Config) { c.Statistics = []string{"all"} })
	for _, set := range []string{"california_housing", "elec2"} {
		t.Run(set, func(t *testing.T) {
			reference, production := labelledRows(t, set)
			p := profileOf(profile.Binary, reference)
			chunks := golden.Datasets[set].Auto.Chunks
			require.NotEmpty(t, chunks)
			compared := 0
			for _, chunk := range chunks {
				rows := production[chunk.Start : chunk.End+1]
				got := values(j.Judge(windowOf(rows, rows), p))
				for _, name := range []string{"accuracy", "precision", "recall", "specificity", "f1", "roc_auc", "average_precision"} {
					want := chunk.Metrics[name].Value
					for _, population := range []string{" all", " labelled"} {
						value, ok := got[name+population]
						if !ok {
							assert.Equal(t, "precision", name)
							assert.Zero(t, want, "nothing was predicted as the class")
							continue
						}
						compared++
						assert.InDelta(t, want, value, 1e-2, "%s%s of the rows from %d on", name, population, chunk.Start)
					}
				}
			}
			assert.Greater(t, compared, 13*len(chunks))
		})
	}
}

// The reference is a summer. Over all of 2012 predictions are smaller, and so is the estimate; but the demand has grown, which the model
// doesn't know: what is measured is three times as much. Concept drift is what no estimate sees.
func TestBikeSharing(t *testing.T) {
	data, late := columns(t, "bike_sharing_predictions"), columns(t, "bike_sharing_truth")
	truth := make(map[string]string)
	for i, id := range late["prediction_id"] {
		truth[id] = late["label"][i]
	}
	var reference, production []row
	for i, id := range data["prediction_id"] {
		if truth[id] == "" {
			continue
		}
		r := row{number(t, data["predicted_value"][i]), number(t, truth[id]), data["timestamp"][i][:4]}
		if data["split"][i] == "reference" {
			reference = append(reference, r)
		} else {
			production = append(production, r)
		}
	}
	p := withRows(reference)
	j := newJudge(t, nil)
	estimated := func(rows []row) (mae, measured float64) {
		h := &summary.Histogram{Bounds: p.Value.Bounds, Counts: make([]uint64, len(p.Value.Counts))}
		for _, r := range rows {
			h.Counts[p.Value.Bin(r.value)]++
			measured += math.Abs(r.value-r.truth) / float64(len(rows))
		}
		v := values(j.Judge(&summary.Window{Series: []summary.Series{{Metric: semconv.MetricPredictionValue, Histogram: h}}}, p))
		require.Less(t, v["mae_lower all"], v["mae_upper all"])
		return v["mae all"], measured
	}
	before, measured := estimated(reference)
	assert.InDelta(t, measured, before, 1e-9)
	var year []row
	for _, r := range production {
		if r.year == "2012" {
			year = append(year, r)
		}
	}
	require.Greater(t, len(year), 8000)
	after, measuredThen := estimated(year)
	t.Logf("mean absolute error of the reference %.1f; of 2012 estimated %.1f, measured %.1f", before, after, measuredThen)
	assert.Less(t, after, before)
	assert.Greater(t, measuredThen, 2*after)
}
