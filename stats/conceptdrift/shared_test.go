package conceptdrift

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
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
		t.Skipf("%s is not there: only properties, and the change points of synthetic streams, are checked", name)
	}
	return file
}

// table is the rows of a gzipped CSV, by column name.
func table(t testing.TB, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(file)
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

func number(t testing.TB, field string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(field, 64)
	require.NoError(t, err)
	return x
}

// synthetic is a column of synthetic_streams.csv.gz, 6,000 simulated values: errors whose rate changes (abrupt, gradual,
// improves_then_worse) or does not (no_change), Gaussian values whose mean or variance does.
func synthetic(t testing.TB, column string) []float64 {
	t.Helper()
	var stream []float64
	for _, row := range table(t, "testdata/synthetic_streams.csv.gz") {
		stream = append(stream, number(t, row[column]))
	}
	return stream
}

// goldenStream is a stream of detectors.json, with its values.
type goldenStream struct {
	Source struct {
		File, Column string
	}
	Kind      string
	N         int
	Sum       float64
	Detectors map[string]json.RawMessage
	values    []float64
}

type goldenDetector struct {
	Drifts        []int
	WarningStarts []int          `json:"warning_starts"`
	Widths        map[string]int `json:"width_after"`
	Final         *struct {
		Width, Total, Estimation float64
		Squares                  float64 `json:"variance_sum"`
	}
	DriftsPerSeed []int  `json:"n_drifts_per_seed"`
	FirstPerSeed  []*int `json:"first_drift_per_seed"`
}

func goldenStreams(t testing.TB) map[string]*goldenStream {
	t.Helper()
	content, err := os.ReadFile(shared(t, "golden/detectors.json"))
	require.NoError(t, err)
	var file struct {
		Streams map[string]*goldenStream
	}
	require.NoError(t, json.Unmarshal(content, &file))
	for name, stream := range file.Streams {
		switch name {
		case "elec2_errors":
			stream.values = labelled(t, "elec2", func(prediction, truth map[string]string) float64 {
				if prediction["predicted_class"] != truth["label"] {
					return 1
				}
				return 0
			})
		case "bike_sharing_abs_error":
			stream.values = labelled(t, "bike_sharing", func(prediction, truth map[string]string) float64 {
				return math.Abs(number(t, prediction["predicted_value"]) - number(t, truth["label"]))
			})
		default:
			stream.values = synthetic(t, stream.Source.Column)
		}
		require.Len(t, stream.values, stream.N, name)
		sum := 0.0
		for _, x := range stream.values {
			sum += x
		}
		require.InEpsilon(t, stream.Sum, sum, 1e-9, name)
	}
	return file.Streams
}

// labelled is a number of each production row that has a label, in the order of the predictions.
func labelled(t testing.TB, name string, loss func(prediction, truth map[string]string) float64) []float64 {
	t.Helper()
	truths := map[string]map[string]string{}
	for _, row := range table(t, shared(t, "data/"+name+"_truth.csv.gz")) {
		truths[row["prediction_id"]] = row
	}
	var stream []float64
	for _, row := range table(t, shared(t, "data/"+name+"_predictions.csv.gz")) {
		if truth, ok := truths[row["prediction_id"]]; ok && row["split"] == "production" {
			stream = append(stream, loss(row, truth))
		}
	}
	return stream
}

// run feeds a stream, and tells where drifts were, and where warnings began.
func run(t testing.TB, d Detector, stream []float64) (drifts, warnings []int) {
	t.Helper()
	before := Stable
	for i, x := range stream {
		level, err := d.Update(x)
		require.NoError(t, err)
		switch {
		case level == Drift:
			drifts = append(drifts, i)
		case level == Warning && before != Warning:
			warnings = append(warnings, i)
		}
		before = level
	}
	return drifts, warnings
}

func sortedCopy(x []float64) []float64 {
	y := slices.Clone(x)
	slices.Sort(y)
	return y
}
