package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// goldenPerformance are scikit-learn's measures of a window's labelled rows.
type goldenPerformance struct {
	N                int
	Accuracy         float64
	F1               float64
	MCC              float64
	Precision        float64
	Recall           float64
	Brier            float64
	LogLoss          float64 `json:"log_loss"`
	ROCAUC           float64 `json:"roc_auc"`
	AveragePrecision float64 `json:"pr_auc_step"`
}

// TestGoldenQuality sends real predictions and their labels, apart, through the real binary, and compares what it says of each window
// with what scikit-learn said of the joined rows.
func TestGoldenQuality(t *testing.T) {
	shared := sharedFolder(t)
	var golden struct {
		Windows map[string]goldenPerformance `json:"windows_values"`
	}
	text, err := os.ReadFile(filepath.Join(shared, "golden", "elec2_performance.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	var names []string
	for name := range golden.Windows {
		if name != "reference" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	require.Len(t, names, 5)

	set := goldenSets()[0]
	folder := t.TempDir()
	rows := set.write(t, filepath.Join(shared, "data", set.file+".csv.gz"), folder, names)
	set.profile(t, folder)
	labels := make(map[string]string)
	truth := readGzippedCSV(t, filepath.Join(shared, "data", "elec2_truth.csv.gz"))
	for _, row := range truth[1:] {
		labels[row[slices.Index(truth[0], "prediction_id")]] = row[slices.Index(truth[0], "label")]
	}

	out := filepath.Join(t.TempDir(), "statistics.json")
	config := single(options{profiles: filepath.Join(folder, "profiles"), out: out, statistics: "windows: [{name: 1h, every: 1h}]"})
	collector := start(t, joining(config, ""))
	client := connect(t, collector.OTLPGRPC)
	event := func(name, id string, at time.Time, fill func(pcommon.Map)) plog.Logs {
		e := logEvent(name, id, at, fill)
		e.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().PutStr(semconv.AttrModelName, "golden")
		return e
	}
	for k, window := range rows {
		header := window[0]
		column := func(row []string, name string) string { return row[slices.Index(header, name)] }
		var predictions, truths []plog.Logs
		for i, row := range window[1:] {
			id := column(row, "prediction_id")
			at := windowStart(k).Add(time.Duration(i+1) * 50 * time.Minute / time.Duration(len(window)))
			score, err := strconv.ParseFloat(column(row, "predicted_probability"), 64)
			require.NoError(t, err)
			predictions = append(predictions, event(semconv.EventPrediction, id, at, func(m pcommon.Map) {
				m.PutStr(semconv.AttrPredictionClass, column(row, "predicted_class"))
				m.PutDouble(semconv.AttrPredictionScore, score)
			}))
			if label := labels[id]; label != "" {
				truths = append(truths, event(semconv.EventGroundTruth, id, at.Add(5*time.Minute), func(m pcommon.Map) { m.PutStr(semconv.AttrGroundTruthClass, label) }))
			}
		}
		require.Len(t, truths, golden.Windows[names[k]].N)
		send(t, client, batches(predictions, 500)...)
		send(t, client, batches(truths, 500)...)
	}
	send(t, client, event(semconv.EventPrediction, "end", windowStart(len(names)+7), func(m pcommon.Map) { m.PutDouble(semconv.AttrPredictionScore, 0.5) }))
	collector.Stop(t)

	got := readStatistics(t, out, func(string) bool { return true })
	greatest := 0.0
	for k, name := range names {
		end, want := windowStart(k).Add(time.Hour), golden.Windows[name]
		say := func(measure, labels string) float64 {
			key := "ml.quality." + measure + "{" + labels + "ml.model.name=golden,ml.model.version=unknown,ml.window=1h}"
			value, ok := got[key][end]
			require.True(t, ok, "%s of the window that ends %s: nothing", key, end)
			return value
		}
		const up = "ml.class=UP,"
		for _, x := range []struct {
			measure, labels string
			want            float64
		}{
			{"accuracy", "", want.Accuracy}, {"f1", up, want.F1}, {"mcc", "", want.MCC}, {"precision", up, want.Precision}, {"recall", up, want.Recall},
			{"brier_score", "", want.Brier}, {"log_loss", "", want.LogLoss},
		} {
			value := say(x.measure, x.labels)
			same(t, name+" "+x.measure, x.want, value)
			greatest = max(greatest, math.Abs(x.want-value))
		}
		assert.InDelta(t, want.ROCAUC, say("roc_auc", up), 1e-3, name)
		assert.InDelta(t, want.AveragePrecision, say("average_precision", up), 2e-3, name)
	}
	t.Logf("exact measures: greatest deviation %.1e", greatest)
}

// cbpe is what NannyML estimated for chunks of rows, without their labels.
type cbpe struct {
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

// TestGoldenEstimates makes a profile of labelled reference rows, sends the predictions of each chunk without labels, and compares what the
// real binary estimates with what NannyML did.
func TestGoldenEstimates(t *testing.T) {
	shared := sharedFolder(t)
	var golden cbpe
	text, err := os.ReadFile(filepath.Join(shared, "golden", "cbpe_nannyml.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	truth := filepath.Join(shared, "data", "elec2_truth.csv.gz")
	labelled := make(map[string]bool)
	rows := readGzippedCSV(t, truth)
	for _, row := range rows[1:] {
		labelled[row[slices.Index(rows[0], "prediction_id")]] = true
	}
	sets := goldenSets()
	for _, test := range []struct {
		set             goldenSet
		class, analysis string
		profile         []string
		counts          func(row map[string]string) bool
	}{
		{sets[0], "UP", "production", []string{"--truth", truth, "--id-column", "prediction_id", "--exclude", "split,timestamp,model_version"},
			func(row map[string]string) bool { return labelled[row["prediction_id"]] }},
		{sets[3], "1", "analysis", []string{"--label-column", "clf_target", "--exclude", "split,id,timestamp"},
			func(map[string]string) bool { return true }},
	} {
		t.Run(test.set.name, func(t *testing.T) {
			t.Parallel()
			chunks := golden.Datasets[test.set.name].Auto.Chunks
			var names []string
			for k := range chunks {
				names = append(names, fmt.Sprintf("chunk %02d", k))
			}
			n := -1
			test.set.windows = func(row map[string]string, _ int) string {
				if row["split"] != test.analysis || !test.counts(row) {
					return ""
				}
				n++
				for k, chunk := range chunks {
					if chunk.Start <= n && n <= chunk.End {
						return names[k]
					}
				}
				return ""
			}
			folder := t.TempDir()
			test.set.write(t, filepath.Join(shared, "data", test.set.file+".csv.gz"), folder, names)
			ctl(t, slices.Concat([]string{"profile", filepath.Join(folder, "reference.csv"), "--model", "golden", "--rhythm", "none", "--quiet",
				"--positive-class", test.class, "--output", filepath.Join(folder, "profiles", "golden.json")}, test.set.flags, test.profile, test.set.types())...)
			out := filepath.Join(folder, "statistics.json")
			collector := start(t, single(options{
				profiles: filepath.Join(folder, "profiles"), out: out,
				statistics: "windows: [{name: 1h, every: 1h}]\n    estimate: {statistics: [all]}",
			}))
			ctl(t, slices.Concat([]string{"replay", filepath.Join(folder, "windows.csv"), "--model", "golden", "--time-column", "ts", "--endpoint", collector.OTLPGRPC,
				"--exclude", "split,id,prediction_id,timestamp,model_version,clf_target"}, test.set.flags, test.set.types())...)
			collector.Stop(t)

			got := readStatistics(t, out, func(string) bool { return true })
			greatest := make(map[string]float64)
			for k, chunk := range chunks {
				for _, measure := range []string{"accuracy", "precision", "recall", "specificity", "f1", "roc_auc", "average_precision"} {
					labels := "{ml.class=" + test.class + ",ml.model.name=golden,"
					if measure == "accuracy" {
						labels = "{ml.model.name=golden,"
					}
					value, ok := got["ml.quality.estimated."+measure+labels+"ml.model.version=unknown,ml.population=all,ml.window=1h}"][windowStart(k).Add(time.Hour)]
					want := chunk.Metrics[measure].Value
					if !ok {
						assert.Equal(t, "precision", measure)
						assert.Zero(t, want, "nothing was predicted as the class")
						continue
					}
					assert.InDelta(t, want, value, 1e-2, "%s of the rows from %d on", measure, chunk.Start)
					greatest[measure] = max(greatest[measure], math.Abs(want-value))
				}
			}
			require.Len(t, greatest, 7)
			t.Log("greatest deviations: ", greatest)
		})
	}
}
