package modelsummaryconnector

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// What summaries of prediction logs with their truth add up to is what scikit-learn says of the same rows: counts exactly, all
// else to rounding.

// dataset is a file of ../shared/data, row by row.
type dataset []map[string]string

func readData(t *testing.T, name string) dataset {
	file, err := os.Open(sharedData(t, name))
	require.NoError(t, err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	require.NoError(t, err)
	records, err := csv.NewReader(unpacked).ReadAll()
	require.NoError(t, err)
	var rows dataset
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// labels by prediction.
func (d dataset) labels() map[string]string {
	labels := map[string]string{}
	for _, row := range d {
		labels[row["prediction_id"]] = row["label"]
	}
	return labels
}

func readNumbers(t *testing.T, name string, into any) {
	path := filepath.Join(filepath.Dir(filepath.Dir(sharedData(t, "elec2_truth.csv.gz"))), "golden", name)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

func toNumber(t *testing.T, text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err, text)
	return x
}

// near allows for the twelve digits of the golden numbers, and for rounding.
func near(t *testing.T, want, got float64, what ...any) {
	t.Helper()
	require.InDelta(t, want, got, 1e-9*math.Max(1, math.Abs(want)), what...)
}

// outcomesOf summarises outcomes, given by their attributes, in batches.
func outcomesOf(t *testing.T, p *profile.Profile, rows []map[string]any) sums {
	sink := &consumertest.MetricsSink{}
	c := start(t, config(func(c *Config) { c.TopK = []int{2} }), serve(p), sink)
	for len(rows) > 0 {
		logs := plog.NewLogs()
		records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		n := min(len(rows), 500)
		for _, attributes := range rows[:n] {
			r := records.AppendEmpty()
			r.SetEventName(semconv.EventOutcome)
			r.SetTimestamp(benchStart)
			require.NoError(t, r.Attributes().FromRaw(attributes))
			r.Attributes().PutStr(semconv.AttrModelName, "m")
		}
		rows = rows[n:]
		require.NoError(t, c.ConsumeLogs(context.Background(), logs))
	}
	require.NoError(t, c.shared.flush(context.Background()))
	require.Zero(t, c.logs.Len(), "nothing is refused")
	return sumUp(sink.AllMetrics()...)
}

// mean is that of a loss.
func (s sums) mean(name string) float64 {
	of := map[string]string{semconv.AttrLossName: name}
	return s.sum(semconv.MetricOutcomeLoss, of) / float64(s.count(semconv.MetricOutcomeLoss, of, false))
}

func (s sums) cell(predicted, truth string) uint64 {
	return s.count(semconv.MetricOutcomes, map[string]string{semconv.AttrPredictionClass: predicted, semconv.AttrGroundTruthClass: truth}, false)
}

// ece is the expected calibration error over ten bins, each of two neighbours.
func (s sums) ece(class string) float64 {
	total, n := 0.0, 0.0
	for bin := 0; bin < calibrationBins; bin += 2 {
		count, positives, scores := 0.0, 0.0, 0.0
		for _, name := range binNames[bin : bin+2] {
			of := map[string]string{semconv.AttrClass: class, semconv.AttrCalibrationBin: name}
			count += float64(s.count(semconv.MetricOutcomeCalibration, of, false))
			scores += s.sum(semconv.MetricOutcomeCalibration, of)
			of[semconv.AttrGroundTruthClass] = class
			positives += float64(s.count(semconv.MetricOutcomeCalibration, of, false))
		}
		total += math.Abs(positives - scores)
		n += count
	}
	return total / n
}

func TestGoldenElec2(t *testing.T) {
	predictions, labels := readData(t, "elec2_predictions.csv.gz"), readData(t, "elec2_truth.csv.gz").labels()
	var performance struct {
		Windows map[string]struct {
			N, TP, FP, TN, FN, Accuracy, Brier float64
			LogLoss                            float64 `json:"log_loss"`
			MeanProbability                    float64 `json:"mean_probability"`
		} `json:"windows_values"`
	}
	readNumbers(t, "elec2_performance.json", &performance)
	var calibrations struct {
		Windows map[string]struct {
			Width10 struct{ ECE float64 } `json:"ece_width10_right_closed"`
		} `json:"windows_values"`
	}
	readNumbers(t, "elec2_calibration.json", &calibrations)
	windows := map[string][]map[string]any{}
	production := 0
	for _, row := range predictions {
		name := "reference"
		if row["split"] == "production" {
			first := production / 1440 * 1440
			name = fmt.Sprintf("rows_%d_%d", first, min(first+1440, 36672))
			production++
		}
		label, ok := labels[row["prediction_id"]]
		if !ok {
			continue
		}
		outcome := map[string]any{semconv.AttrPredictionScore: toNumber(t, row["predicted_probability"]), semconv.AttrGroundTruthClass: label}
		if production%2 == 0 { // half of them say their class; it is the one that the score says
			outcome[semconv.AttrPredictionClass] = row["predicted_class"]
		}
		windows[name] = append(windows[name], outcome)
	}
	p := &profile.Profile{Schema: profile.Schema, Model: "m", Task: profile.Binary, PositiveClass: "UP", TrueClass: categorical("label", "DOWN", "UP")}
	require.Len(t, performance.Windows, 6)
	for name, want := range performance.Windows {
		s := outcomesOf(t, p, windows[name])
		for cell, n := range map[[2]string]float64{{"UP", "UP"}: want.TP, {"UP", "DOWN"}: want.FP, {"DOWN", "DOWN"}: want.TN, {"DOWN", "UP"}: want.FN} {
			require.EqualValues(t, n, s.cell(cell[0], cell[1]), "%s %s", name, cell)
		}
		require.EqualValues(t, want.N, s.count(semconv.MetricOutcomes, nil, false), name)
		near(t, want.LogLoss, s.mean("log"), name)
		near(t, want.Brier, s.mean("brier"), name)
		near(t, want.MeanProbability, s.sum(semconv.MetricOutcomeCalibration, nil)/want.N, name)
		near(t, calibrations.Windows[name].Width10.ECE, s.ece("UP"), name)
		require.EqualValues(t, want.N, s.count(semconv.MetricOutcomeOdds, nil, false), name)
		require.EqualValues(t, want.FN, s.count(semconv.MetricOutcomeOdds, map[string]string{semconv.AttrPredictionClass: "__other__", semconv.AttrGroundTruthClass: "UP"}, false), name)
	}
}

func TestGoldenBikeSharing(t *testing.T) {
	predictions, labels := readData(t, "bike_sharing_predictions.csv.gz"), readData(t, "bike_sharing_truth.csv.gz").labels()
	var performance struct {
		Windows map[string]struct {
			N, MSE, MAE, R2, SMAPE float64
			MeanError              float64 `json:"mean_error_pred_minus_label"`
			MAPE                   float64 `json:"mape_sklearn"`
			Pinball                float64 `json:"pinball_0.9"`
		} `json:"windows_values"`
	}
	readNumbers(t, "bike_sharing_performance.json", &performance)
	windows := map[string][]map[string]any{}
	for _, row := range predictions {
		name := row["timestamp"][:len("2011-10")]
		if row["split"] == "reference" {
			name = "reference"
		}
		if label, ok := labels[row["prediction_id"]]; ok {
			windows[name] = append(windows[name], map[string]any{
				semconv.AttrPredictionValue: toNumber(t, row["predicted_value"]), semconv.AttrGroundTruthValue: toNumber(t, label),
			})
		}
	}
	p := &profile.Profile{Schema: profile.Schema, Model: "m", Task: profile.Regression}
	require.Len(t, performance.Windows, 5)
	for name, want := range performance.Windows {
		s := outcomesOf(t, p, windows[name])
		require.EqualValues(t, want.N, s.count(semconv.MetricOutcomeError, nil, false), name)
		near(t, want.MSE, s.mean("squared"), name)
		near(t, want.MAE, s.mean("absolute"), name)
		near(t, want.MeanError, s.mean("over")-s.mean("under"), name)
		near(t, want.MAPE, s.mean("absolute_percentage"), name)
		near(t, want.SMAPE, s.mean("symmetric_percentage"), name)
		near(t, want.Pinball, 0.9*s.mean("under")+0.1*s.mean("over"), name)
		truths, errors := s.only(t, semconv.MetricGroundTruthValue), s.only(t, semconv.MetricOutcomeError)
		mean := truths.exponential.Sum / want.N
		near(t, want.R2, 1-s.mean("squared")/(s.mean("ground_truth_squared")-mean*mean), name)
		near(t, want.MeanError, errors.exponential.Sum/want.N, name)
	}
}

// only is the one series of a metric.
func (s sums) only(t *testing.T, metric string) *total {
	var only *total
	for _, x := range s {
		if x.metric == metric {
			require.Nil(t, only, "more than one series of %s", metric)
			only = x
		}
	}
	require.NotNil(t, only, metric)
	return only
}

func TestGoldenDigits(t *testing.T) {
	rows := readData(t, "digits_predictions.csv.gz")
	var performance struct {
		Windows map[string]struct {
			N         float64
			LogLoss   float64 `json:"log_loss"`
			Brier     float64 `json:"brier_multi"`
			Top2      float64 `json:"top2_accuracy"`
			Confusion [10][10]uint64
			ECE       struct{ ECE float64 } `json:"ece_conf"`
		} `json:"windows_values"`
	}
	readNumbers(t, "digits_performance.json", &performance)
	p := &profile.Profile{Schema: profile.Schema, Model: "m", Task: profile.Multiclass}
	require.Len(t, performance.Windows, 2)
	for name, want := range performance.Windows {
		var outcomes []map[string]any
		for _, row := range rows {
			if row["split"] != name {
				continue
			}
			outcome := map[string]any{semconv.AttrPredictionClass: row["predicted_class"], semconv.AttrGroundTruthClass: row["label"]}
			for class := range 10 {
				outcome[fmt.Sprint(semconv.AttrPredictionProbabilityPrefix, class)] = toNumber(t, row[fmt.Sprint("p", class)])
			}
			outcomes = append(outcomes, outcome)
		}
		s := outcomesOf(t, p, outcomes)
		require.EqualValues(t, want.N, s.count(semconv.MetricOutcomes, nil, false), name)
		for truth, row := range want.Confusion {
			for predicted, n := range row {
				require.Equal(t, n, s.cell(fmt.Sprint(predicted), fmt.Sprint(truth)), "%s: %d predicted, %d true", name, predicted, truth)
			}
		}
		near(t, want.LogLoss, s.mean("log"), name)
		near(t, want.Brier, s.mean("brier"), name)
		near(t, want.Top2, 1-s.mean("top_2_miss"), name)
		near(t, want.ECE.ECE, s.ece(predictedLabel), name)
	}
}
