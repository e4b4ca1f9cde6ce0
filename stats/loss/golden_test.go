package loss

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// means are losses by name, summed up.
type means struct {
	n   float64
	sum map[string]float64
}

func (m *means) add(losses map[string]float64) {
	if m.sum == nil {
		m.sum = map[string]float64{}
	}
	m.n++
	for name, x := range losses {
		m.sum[name] += x
	}
}

func (m *means) mean(name string) float64 { return m.sum[name] / m.n }

func regression(p, y float64) map[string]float64 {
	return map[string]float64{
		"squared": Squared(p, y), "absolute": Absolute(p, y), "over": Over(p, y), "under": Under(p, y),
		"absolute_percentage": AbsolutePercentage(p, y), "symmetric_percentage": SymmetricPercentage(p, y),
	}
}

func binary(s float64, y bool) map[string]float64 {
	return map[string]float64{"log": LogBinary(s, y), "brier": Brier(s, y)}
}

type goldenRegression struct {
	N         float64
	MSE       float64
	MAE       float64
	MeanError float64 `json:"mean_error_pred_minus_label"`
	MAPE      float64 `json:"mape_sklearn"`
	SMAPE     float64
	Pinball   float64 `json:"pinball_0.9"`
}

func (g *goldenRegression) compare(t *testing.T, m *means, what string) {
	require.InDelta(t, g.N, m.n, 0, what)
	near(t, g.MSE, m.mean("squared"), what, "mse")
	near(t, g.MAE, m.mean("absolute"), what, "mae")
	near(t, g.MeanError, m.mean("over")-m.mean("under"), what, "mean error")
	near(t, g.MAPE, m.mean("absolute_percentage"), what, "mape")
	near(t, g.SMAPE, m.mean("symmetric_percentage"), what, "smape")
	near(t, g.Pinball, 0.9*m.mean("under")+0.1*m.mean("over"), what, "pinball")
}

type goldenClassification struct {
	N       float64
	LogLoss float64 `json:"log_loss"`
	Brier   float64
}

func (g *goldenClassification) compare(t *testing.T, m *means, what string) {
	require.InDelta(t, g.N, m.n, 0, what)
	near(t, g.LogLoss, m.mean("log"), what, "log")
	near(t, g.Brier, m.mean("brier"), what, "brier")
}

// Tiny inputs, against scikit-learn.
func TestBasics(t *testing.T) {
	var file struct {
		Classification map[string]struct {
			Label       []int
			Probability []float64
			Expect      goldenClassification
		}
		Regression map[string]struct {
			Label, Predicted []float64
			Expect           goldenRegression
		}
	}
	golden(t, "basics.json", &file)
	require.Len(t, file.Classification, 5)
	for name, c := range file.Classification {
		var m means
		for i, s := range c.Probability {
			m.add(binary(s, c.Label[i] == 1))
		}
		c.Expect.compare(t, &m, name)
	}
	require.NotEmpty(t, file.Regression)
	for name, c := range file.Regression {
		var m means
		for i, p := range c.Predicted {
			m.add(regression(p, c.Label[i]))
		}
		c.Expect.compare(t, &m, name)
	}
}

// truths are the labels of a data set by prediction.
func truths(t *testing.T, name string) map[string]string {
	r := readRows(t, name)
	labels := map[string]string{}
	for i, id := range r["prediction_id"] {
		labels[id] = r["label"][i]
	}
	return labels
}

// Windows of prediction logs, against scikit-learn.
func TestElec2(t *testing.T) {
	var file struct {
		Windows map[string]goldenClassification `json:"windows_values"`
	}
	golden(t, "elec2_performance.json", &file)
	r, labels := readRows(t, "elec2_predictions.csv.gz"), truths(t, "elec2_truth.csv.gz")
	ms := map[string]*means{}
	production := 0
	for i, id := range r["prediction_id"] {
		name := "reference"
		if r["split"][i] == "production" {
			first := production / 1440 * 1440
			name = fmt.Sprintf("rows_%d_%d", first, min(first+1440, 36672))
			production++
		}
		if ms[name] == nil {
			ms[name] = &means{}
		}
		if label, ok := labels[id]; ok {
			ms[name].add(binary(r.number(t, "predicted_probability", i), label == "UP"))
		}
	}
	require.NotEmpty(t, file.Windows)
	for name, want := range file.Windows {
		want.compare(t, ms[name], name)
	}
}

func TestBikeSharing(t *testing.T) {
	var file struct {
		Windows map[string]goldenRegression `json:"windows_values"`
	}
	golden(t, "bike_sharing_performance.json", &file)
	r, labels := readRows(t, "bike_sharing_predictions.csv.gz"), truths(t, "bike_sharing_truth.csv.gz")
	ms := map[string]*means{}
	for i, id := range r["prediction_id"] {
		name := r["timestamp"][i][:len("2011-10")]
		if r["split"][i] == "reference" {
			name = "reference"
		}
		if ms[name] == nil {
			ms[name] = &means{}
		}
		if label, ok := labels[id]; ok {
			y := rows{"y": {label}}.number(t, "y", 0)
			ms[name].add(regression(r.number(t, "predicted_value", i), y))
		}
	}
	require.NotEmpty(t, file.Windows)
	for name, want := range file.Windows {
		want.compare(t, ms[name], name)
	}
}

func TestDigits(t *testing.T) {
	var file struct {
		Windows map[string]struct {
			goldenClassification
			Multi float64 `json:"brier_multi"`
			Top2  float64 `json:"top2_accuracy"`
		} `json:"windows_values"`
	}
	golden(t, "digits_performance.json", &file)
	r := readRows(t, "digits_predictions.csv.gz")
	require.NotEmpty(t, file.Windows)
	for name, want := range file.Windows {
		var m means
		for i, split := range r["split"] {
			if split != name {
				continue
			}
			p, total := make([]float64, 10), 0.0
			for class := range p {
				p[class] = r.number(t, fmt.Sprint("p", class), i)
				total += p[class]
			}
			truth := int(r.number(t, "label", i))
			m.add(map[string]float64{"log": Log(p[truth] / total), "brier": BrierMulticlass(p, truth), "miss": TopKMiss(p, truth, 2)})
		}
		want.Brier = want.Multi
		want.compare(t, &m, name)
		near(t, want.Top2, 1-m.mean("miss"), name, "top 2")
	}
}
