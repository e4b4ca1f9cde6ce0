package quality_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/loss"
	"github.com/leeway-ml/leeway/stats/quality"
)

// exactly is what a number of 12 digits can tell.
const exactly = 1e-9

type binaryGolden struct {
	N, TP, FP, TN, FN float64
	Accuracy          float64
	Wilson            [2]float64 `json:"accuracy_wilson95"`
	BalancedAccuracy  float64    `json:"balanced_accuracy"`
	Precision, Recall float64
	Specificity       float64
	F1, F2, MCC       float64
	Kappa             float64 `json:"cohen_kappa"`
	ROCAUC            float64 `json:"roc_auc"`
	AveragePrecision  float64 `json:"pr_auc_step"`
	Gini              float64
	KS                float64 `json:"ks_separation"`
	LogLoss           float64 `json:"log_loss"`
	Brier             float64
}

func (g *binaryGolden) compare(t *testing.T, sample []scored, predicted []bool, ties bool) {
	t.Helper()
	near := func(want, got, tolerance float64, what string) {
		t.Helper()
		require.InDelta(t, want, got, tolerance, what)
	}
	counts := [][]float64{{0, 0}, {0, 0}}
	var logs, briers float64
	for i, o := range sample {
		counts[index(predicted[i])][index(o.positive)]++
		logs += loss.LogBinary(o.score, o.positive)
		briers += loss.Brier(o.score, o.positive)
	}
	require.Equal(t, [][]float64{{g.TN, g.FN}, {g.FP, g.TP}}, counts)
	c := quality.NewConfusion(counts)
	near(g.Accuracy, quality.Accuracy(c), exactly, "accuracy")
	interval := quality.AccuracyInterval(c)
	near(g.Wilson[0], interval.Lower, exactly, "accuracy's lower end")
	near(g.Wilson[1], interval.Upper, exactly, "accuracy's upper end")
	near(g.BalancedAccuracy, quality.BalancedAccuracy(c), exactly, "balanced accuracy")
	near(g.Precision, quality.Precision(c, 1), exactly, "precision")
	near(g.Recall, quality.Recall(c, 1), exactly, "recall")
	near(g.Specificity, quality.Specificity(c, 1), exactly, "specificity")
	near(g.F1, quality.FBeta(c, 1, 1), exactly, "F1")
	near(g.F2, quality.FBeta(c, 1, 2), exactly, "F2")
	near(g.MCC, quality.MCC(c), exactly, "MCC")
	near(g.Kappa, quality.CohenKappa(c), exactly, "kappa")
	near(g.LogLoss, logs/g.N, exactly, "log loss")
	near(g.Brier, briers/g.N, exactly, "Brier score")

	unbinned, bins := exact(sample), binned(sample)
	near(g.ROCAUC, quality.ROCAUC(unbinned), exactly, "ROC-AUC, unbinned")
	near(g.ROCAUC, quality.ROCAUC(bins), 1e-3, "ROC-AUC")
	near(g.Gini, quality.Gini(quality.ROCAUC(bins)), 2e-3, "Gini")
	near(g.KS, quality.KSSeparation(unbinned), exactly, "KS, unbinned")
	near(g.KS, quality.KSSeparation(bins), 1e-2, "KS")
	if !ties { // each score by itself: no step has anything to be mixed
		near(g.AveragePrecision, quality.AveragePrecision(unbinned), exactly, "average precision, unbinned")
	}
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestBinaryBasics(t *testing.T) {
	var basics struct {
		Classification map[string]struct {
			Label       []float64
			Probability []float64
			Expect      binaryGolden
		}
	}
	golden(t, "basics.json", &basics)
	judged := 0
	for _, name := range []string{"ten_rows", "ties"} {
		test := basics.Classification[name]
		var sample []scored
		var predicted []bool
		for i, y := range test.Label {
			sample = append(sample, scored{test.Probability[i], y == 1})
			predicted = append(predicted, test.Probability[i] >= 0.5)
		}
		t.Run(name, func(t *testing.T) { test.Expect.compare(t, sample, predicted, name == "ties") })
		judged++
	}
	require.Equal(t, 2, judged)
}

// worst keeps the greatest deviation of each measure, to be logged.
type worst map[string]float64

func (w worst) see(what string, want, got float64) { w[what] = max(w[what], math.Abs(want-got)) }

func TestBinaryWindows(t *testing.T) {
	for _, set := range []string{"elec2", "california_housing"} {
		t.Run(set, func(t *testing.T) {
			var g struct {
				Windows map[string]binaryGolden `json:"windows_values"`
			}
			golden(t, set+"_performance.json", &g)
			deviations := worst{}
			reference, rest := binaryRows(t, set)
			for name, want := range g.Windows {
				window := reference
				if name != "reference" {
					window = rest[blockOf(t, name)[0]:min(len(rest), blockOf(t, name)[1])]
				}
				var sample []scored
				var predicted []bool
				for _, r := range window {
					if r.known {
						sample = append(sample, r.scored)
						predicted = append(predicted, r.predicted)
					}
				}
				want.compare(t, sample, predicted, set == "california_housing") // scores of two decimals
				bins := binned(sample)
				ap := quality.AveragePrecision(bins)
				deviations.see("average precision", want.AveragePrecision, ap)
				deviations.see("ROC-AUC", want.ROCAUC, quality.ROCAUC(bins))
				deviations.see("KS", want.KS, quality.KSSeparation(bins))
				assert.InDelta(t, want.AveragePrecision, ap, 2e-3, "average precision of %s", name)
			}
			t.Logf("greatest deviations: %v", deviations)
		})
	}
}

func blockOf(t *testing.T, name string) [2]int {
	parts := strings.Split(name, "_")
	from, err := strconv.Atoi(parts[1])
	require.NoError(t, err)
	to, err := strconv.Atoi(parts[2])
	require.NoError(t, err)
	return [2]int{from, to}
}

type binaryRow struct {
	scored
	predicted, known bool
}

func binaryRows(t *testing.T, name string) (reference, rest []binaryRow) {
	truths := map[string]string{}
	file := name + ".csv.gz"
	if name == "elec2" {
		truths = labels(t, "elec2_truth.csv.gz")
		file = "elec2_predictions.csv.gz"
	}
	for _, row := range rows(t, file) {
		var r binaryRow
		if name == "elec2" {
			label, known := truths[row["prediction_id"]]
			r = binaryRow{scored{number(t, row["predicted_probability"]), label == "UP"}, row["predicted_class"] == "UP", known}
		} else {
			r = binaryRow{scored{number(t, row["y_pred_proba"]), number(t, row["clf_target"]) == 1}, number(t, row["y_pred"]) == 1, true}
		}
		if row["split"] == "reference" {
			reference = append(reference, r)
		} else {
			rest = append(rest, r)
		}
	}
	return reference, rest
}

type regressionGolden struct {
	N, MSE, RMSE, MAE, R2 float64
	MeanError             float64 `json:"mean_error_pred_minus_label"`
	Median                float64 `json:"median_absolute_error"`
	Pinball               float64 `json:"pinball_0.9"`
}

func (g *regressionGolden) compare(t *testing.T, predicted, truth []float64) {
	t.Helper()
	var squared, absolute, over, under, ys, squares float64
	var errs, sizes []float64
	for i, p := range predicted {
		y := truth[i]
		squared += loss.Squared(p, y)
		absolute += loss.Absolute(p, y)
		over += loss.Over(p, y)
		under += loss.Under(p, y)
		ys += y
		squares += y * y
		errs = append(errs, p-y)
		sizes = append(sizes, math.Abs(p-y))
	}
	n := float64(len(predicted))
	require.InDelta(t, g.N, n, 0)
	require.InEpsilon(t, g.RMSE, quality.RMSE(squared/n), exactly)
	require.InEpsilon(t, g.MAE, absolute/n, exactly)
	require.InDelta(t, g.R2, quality.R2(squared/n, ys/n, squares/n), exactly)
	require.InDelta(t, g.MeanError, quality.MeanError(over/n, under/n), exactly*math.Max(1, math.Abs(g.MeanError)))
	require.InEpsilon(t, g.Pinball, quality.PinballLoss(over/n, under/n, 0.9), exactly)

	e := errorsOf(errs)
	require.InDelta(t, n, e.Samples(), 0)
	// The bin that the median is in is a factor wide that the errors' range and 160 buckets a sign give.
	slices.Sort(sizes)
	width := g.Median * (math.Exp2(math.Exp2(-float64(histogram(errs, 160).Scale))) - 1)
	require.InDelta(t, g.Median, quality.MedianAbsoluteError(e), width)
	for _, i := range []quality.Interval{quality.MAEInterval(absolute/n, e), quality.RMSEInterval(squared/n, e)} {
		require.True(t, i.Known() && i.Lower < i.Upper)
	}
}

func TestRegressionBasics(t *testing.T) {
	var basics struct {
		Regression map[string]struct {
			Label, Predicted []float64
			Expect           regressionGolden
		}
	}
	golden(t, "basics.json", &basics)
	test := basics.Regression["eight_rows"]
	require.NotEmpty(t, test.Label)
	test.Expect.compare(t, test.Predicted, test.Label)
}

func TestRegressionWindows(t *testing.T) {
	var g struct {
		Windows map[string]regressionGolden `json:"windows_values"`
	}
	golden(t, "bike_sharing_performance.json", &g)
	truths := labels(t, "bike_sharing_truth.csv.gz")
	predicted, truth := map[string][]float64{}, map[string][]float64{}
	for _, row := range rows(t, "bike_sharing_predictions.csv.gz") {
		label, known := truths[row["prediction_id"]]
		if !known {
			continue
		}
		window := row["timestamp"][:7]
		if row["split"] == "reference" {
			window = "reference"
		}
		predicted[window] = append(predicted[window], number(t, row["predicted_value"]))
		truth[window] = append(truth[window], number(t, label))
	}
	require.NotEmpty(t, g.Windows)
	for name, want := range g.Windows {
		t.Run(name, func(t *testing.T) { want.compare(t, predicted[name], truth[name]) })
	}
}

func TestMulticlass(t *testing.T) {
	type perClass struct{ Precision, Recall, F1 []float64 }
	var g struct {
		Windows map[string]struct {
			N, Accuracy, MCC  float64
			Balanced          float64     `json:"balanced_accuracy"`
			Kappa             float64     `json:"cohen_kappa"`
			ROCAUC            float64     `json:"roc_auc_ovr_macro"`
			Confusion         [][]float64 // by truth, then prediction
			PrecisionMicro    float64     `json:"precision_micro"`
			F1Micro           float64     `json:"f1_micro"`
			PrecisionMacro    float64     `json:"precision_macro"`
			RecallMacro       float64     `json:"recall_macro"`
			F1Macro           float64     `json:"f1_macro"`
			PrecisionWeighted float64     `json:"precision_weighted"`
			RecallWeighted    float64     `json:"recall_weighted"`
			F1Weighted        float64     `json:"f1_weighted"`
			PerClass          perClass    `json:"per_class"`
		} `json:"windows_values"`
	}
	golden(t, "digits_performance.json", &g)
	f1 := func(c *quality.Confusion, class int) float64 { return quality.FBeta(c, class, 1) }
	require.NotEmpty(t, g.Windows)
	for name, want := range g.Windows {
		t.Run(name, func(t *testing.T) {
			counts := make([][]float64, 10)
			for i := range counts {
				counts[i] = make([]float64, 10)
			}
			samples := make([][]scored, 10)
			for _, row := range rows(t, "digits_predictions.csv.gz") {
				if row["split"] != name {
					continue
				}
				p, y := int(number(t, row["predicted_class"])), int(number(t, row["label"]))
				counts[p][y]++
				for k := range 10 {
					samples[k] = append(samples[k], scored{number(t, row[fmt.Sprintf("p%d", k)]), k == y})
				}
			}
			c := quality.NewConfusion(counts)
			for i := range counts {
				for j := range counts {
					require.InDelta(t, want.Confusion[j][i], counts[i][j], 0)
				}
			}
			near := func(want, got float64, what string) { t.Helper(); require.InDelta(t, want, got, exactly, what) }
			near(want.Accuracy, quality.Accuracy(c), "accuracy")
			near(want.Balanced, quality.BalancedAccuracy(c), "balanced accuracy")
			near(want.MCC, quality.MCC(c), "MCC")
			near(want.Kappa, quality.CohenKappa(c), "kappa")
			near(want.PrecisionMicro, quality.Averaged(c, quality.Micro, quality.Precision), "micro precision")
			near(want.F1Micro, quality.Averaged(c, quality.Micro, f1), "micro F1")
			near(want.PrecisionMacro, quality.Averaged(c, quality.Macro, quality.Precision), "macro precision")
			near(want.RecallMacro, quality.Averaged(c, quality.Macro, quality.Recall), "macro recall")
			near(want.F1Macro, quality.Averaged(c, quality.Macro, f1), "macro F1")
			near(want.PrecisionWeighted, quality.Averaged(c, quality.Weighted, quality.Precision), "weighted precision")
			near(want.RecallWeighted, quality.Averaged(c, quality.Weighted, quality.Recall), "weighted recall")
			near(want.F1Weighted, quality.Averaged(c, quality.Weighted, f1), "weighted F1")
			auc := 0.0
			for k := range 10 {
				near(want.PerClass.Recall[k], quality.Recall(c, k), "recall")
				if c.Predicted(k) > 0 {
					near(want.PerClass.Precision[k], quality.Precision(c, k), "precision")
				}
				near(want.PerClass.F1[k], f1(c, k), "F1")
				near(want.PerClass.F1[k], f1(c.Against(k), 1), "F1 against the others")
				auc += quality.ROCAUC(binned(samples[k])) / 10
			}
			require.InDelta(t, want.ROCAUC, auc, 1e-3, "ROC-AUC")
		})
	}
}

// DeLong's variance, against pROC.
func TestDeLong(t *testing.T) {
	var g struct {
		DeLong struct {
			Unpaired struct {
				AUC1 float64 `json:"auc_v1"`
				Var1 float64 `json:"var_v1"`
				AUC2 float64 `json:"auc_v2"`
				Var2 float64 `json:"var_v2"`
			} `json:"elec2_ab_unpaired"`
		}
	}
	golden(t, "ab_tests.json", &g)
	samples := map[string][]scored{}
	for _, row := range rows(t, "elec2_ab.csv.gz") {
		if row["label"] != "" {
			samples[row["model_version"]] = append(samples[row["model_version"]], scored{number(t, row["predicted_probability"]), row["label"] == "UP"})
		}
	}
	u := g.DeLong.Unpaired
	for _, arm := range []struct {
		version   string
		auc, var_ float64
	}{{"v1", u.AUC1, u.Var1}, {"v2", u.AUC2, u.Var2}} {
		sample := samples[arm.version]
		require.InDelta(t, arm.auc, quality.ROCAUC(exact(sample)), exactly)
		require.InEpsilon(t, arm.var_, math.Pow(quality.ROCAUCError(exact(sample)), 2), exactly)
		require.InEpsilon(t, arm.var_, math.Pow(quality.ROCAUCError(binned(sample)), 2), 1e-2)
	}
}
