package drift

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/distance"
	"github.com/leeway-ml/leeway/summary"
)

// goldenFile is a *_drift.json: numbers by scipy and others.
type goldenFile struct {
	Windows map[string]struct {
		Numeric     map[string]goldenNumeric     `json:"numeric"`
		Categorical map[string]goldenCategorical `json:"categorical"`
	} `json:"windows_values"`
}

type goldenDistances struct {
	PSI        map[string]*float64 `json:"psi"`
	JSDistance float64             `json:"js_distance"`
	KL         *float64            `json:"kl_ref_cur"`
	Hellinger  float64             `json:"hellinger"`
	TV         float64             `json:"tv"`
	LInf       float64             `json:"linf"`
}

type goldenNumeric struct {
	RefMissing, CurMissing uint64
	CurMissingRate         float64 `json:"cur_missing_rate"`
	RefMissingRate         float64 `json:"ref_missing_rate"`
	Ref, Cur               struct {
		N    uint64
		Mean float64
		Std  *float64
	}
	Deciles struct {
		goldenDistances
		RefCounts []uint64 `json:"ref_counts"`
		CurCounts []uint64 `json:"cur_counts"`
	} `json:"quantile10_right_closed"`
	KS struct {
		Statistic  float64
		Kolmogorov float64 `json:"p_kolmogorov"`
		Asymptotic float64 `json:"p_asymp"`
	}
	Wasserstein *float64 `json:"wasserstein_norm_ddof1"`
}

type goldenCategorical struct {
	goldenDistances
	RefCounts     []uint64 `json:"ref_counts"`
	CurCounts     []uint64 `json:"cur_counts"`
	NewCategories []any    `json:"new_categories"`
	ChiSquare     struct {
		P *float64
	} `json:"chi2_contingency"`
	CramersV       *float64 `json:"cramers_v"`
	CurMissingRate float64  `json:"cur_missing_rate"`
}

// exact has every statistic, of bins as they are.
func exact(t testing.TB) *Judge {
	cfg := DefaultConfig()
	cfg.Statistics = []string{"all"}
	cfg.MinExpected, cfg.MinSamples = 0, 1
	j, err := New(cfg)
	require.NoError(t, err)
	return j
}

// windowOf sums up values as the connector does.
func windowOf(numeric map[*profile.Variable][]float64, categorical map[*profile.Variable][]string, missing map[string]uint64) *summary.Window {
	w := &summary.Window{Name: "1h", Length: time.Hour, End: time.Unix(3600, 0)}
	for v, xs := range numeric {
		h := &summary.Histogram{Bounds: v.Bounds, Counts: make([]uint64, len(v.Bounds)+1), Min: math.Inf(1), Max: math.Inf(-1)}
		for _, x := range xs {
			h.Counts[v.Bin(x)]++
			h.Sum += x
			h.Min, h.Max = min(h.Min, x), max(h.Max, x)
		}
		w.Series = append(w.Series, summary.Series{Metric: semconv.MetricFeatureValue, Attributes: feature(v.Name), Histogram: h})
	}
	for v, values := range categorical {
		counts := make(map[string]int)
		for _, s := range values {
			if s == "" {
				missing[v.Name]++
				continue
			}
			if _, seen := v.Category(s); !seen {
				s = profile.Unseen
			}
			counts[s]++
		}
		for s, n := range counts {
			w.Series = append(w.Series, summary.Series{Metric: semconv.MetricFeatureCategories, Sum: float64(n),
				Attributes: []summary.Attribute{{Key: semconv.AttrFeatureCategory, Value: s}, {Key: semconv.AttrFeatureName, Value: v.Name}}})
		}
	}
	for name, n := range missing {
		w.Series = append(w.Series, summary.Series{Metric: semconv.MetricFeatureInvalid, Sum: float64(n),
			Attributes: []summary.Attribute{{Key: semconv.AttrFeatureName, Value: name}, {Key: semconv.AttrInvalidReason, Value: "missing"}}})
	}
	sortSeries(w)
	return w
}

func feature(name string) []summary.Attribute {
	return []summary.Attribute{{Key: semconv.AttrFeatureName, Value: name}}
}

// byName has the values of points, keyed "ml.feature.drift.psi amount", attributes in order.
func byName(points []judge.Point) map[string]float64 {
	out := make(map[string]float64)
	for _, p := range points {
		key := p.Metric
		for _, a := range p.Attributes {
			key += " " + a.Value
		}
		out[key] = p.Value
	}
	return out
}

// Every drift statistic from exact counts equals what scipy and others computed from the rows.
func TestGolden(t *testing.T) {
	j := exact(t)
	for _, set := range []struct {
		name, data string
		rows       func(map[string][]string) (reference, production []int)
	}{
		{"elec2", "elec2_predictions", bySplit("production")},
		{"bike_sharing", "bike_sharing_predictions", bySplit("production")},
		{"california_housing", "california_housing", bySplit("analysis")},
		{"adult", "adult", bySplit("current")},
		{"weather", "weather", func(data map[string][]string) (a, b []int) {
			for i := range data["rain"] {
				if i < 3650 {
					a = append(a, i)
				} else {
					b = append(b, i)
				}
			}
			return a, b
		}},
	} {
		t.Run(set.name, func(t *testing.T) {
			var g goldenFile
			golden(t, set.name+"_drift.json", &g)
			data := columns(t, "data/"+set.data+".csv.gz")
			reference, production := set.rows(data)
			for window, want := range g.Windows {
				rows := named(t, window, data["timestamp"], production)
				compareWindow(t, j, window, data, reference, rows, want.Numeric, want.Categorical)
			}
		})
	}
}

func bySplit(production string) func(map[string][]string) (a, b []int) {
	return func(data map[string][]string) (a, b []int) {
		for i, s := range data["split"] {
			switch s {
			case "reference":
				a = append(a, i)
			case production:
				b = append(b, i)
			}
		}
		return a, b
	}
}

// named are the rows that a window's name means: a range of the production rows, a month, or all of them.
func named(t *testing.T, window string, timestamps []string, production []int) []int {
	var first, last int
	if _, err := fmt.Sscanf(window, "rows_%d_%d", &first, &last); err == nil {
		return production[first:last]
	}
	if window == "current" {
		return production
	}
	var rows []int
	for _, i := range production {
		if strings.HasPrefix(timestamps[i], window+"-") {
			rows = append(rows, i)
		}
	}
	require.NotEmpty(t, rows, window)
	return rows
}

func pick(column []string, rows []int) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = column[r]
	}
	return out
}

func compareWindow(t *testing.T, j *Judge, window string, data map[string][]string, reference, current []int, numeric map[string]goldenNumeric, categorical map[string]goldenCategorical) {
	p := &profile.Profile{Rhythm: profile.Rhythm{Cycle: profile.Steady}}
	xs, texts, missing := make(map[*profile.Variable][]float64), make(map[*profile.Variable][]string), make(map[string]uint64)
	for name := range numeric {
		if data[name] == nil {
			continue // made of other files than the prediction log
		}
		ref, absent := numbers(t, pick(data[name], reference))
		v := numericVariable(name, ref)
		v.Missing = absent
		p.Features = append(p.Features, v)
		xs[v], missing[name] = numbers(t, pick(data[name], current))
	}
	for name := range categorical {
		if data[name] == nil {
			continue
		}
		v := categoricalVariable(name, pick(data[name], reference))
		p.Features = append(p.Features, v)
		texts[v] = pick(data[name], current)
	}
	require.NotEmpty(t, p.Features)
	got := byName(j.Judge(windowOf(xs, texts, missing), p))
	for v, values := range xs {
		want := numeric[v.Name]
		where := window + " " + v.Name
		near(t, where+" missing", want.CurMissingRate, got["ml.feature.missing_share "+v.Name])
		near(t, where+" missing in the reference", want.RefMissingRate, got["ml.feature.missing_share_reference "+v.Name])
		near(t, where+" mean", want.Cur.Mean, got["ml.feature.mean "+v.Name])
		near(t, where+" mean of the reference", want.Ref.Mean, got["ml.feature.mean_reference "+v.Name])
		if len(want.Deciles.RefCounts) == len(v.Deciles) { // else a constant: numpy has no bin below it
			assert.Equal(t, want.Deciles.RefCounts, profile.SumBins(v.Counts, v.Deciles), where)
			compareDistances(t, where, v.Name, want.Deciles.goldenDistances, got)
		} else {
			assert.Len(t, want.Deciles.RefCounts, 2, where)
		}
		ks := got["ml.feature.drift.ks_statistic "+v.Name]
		binned := shares(v, values)
		whole := v.Whole().Shares
		widest := 0.0
		for i, c := range binned {
			widest = max(widest, min(c, whole[i]))
		}
		assert.LessOrEqual(t, ks, want.KS.Statistic+1e-11, where)
		assert.GreaterOrEqual(t, ks, want.KS.Statistic-widest-1e-11, where)
		if want.Wasserstein != nil {
			low, high := min(v.Min, slices.Min(values)), max(v.Max, slices.Max(values))
			bound := distance.WassersteinError(binned, whole, v.Bounds, low, high, v.Discrete) / v.StdDev
			assert.InDelta(t, *want.Wasserstein, got["ml.feature.drift.wasserstein "+v.Name], bound+1e-9, where)
			// The golden means have twelve digits, their difference fewer.
			assert.InDelta(t, (want.Cur.Mean-want.Ref.Mean) / *want.Ref.Std, got["ml.feature.drift.mean_shift "+v.Name], 1e-9, where)
		}
	}
	for v := range texts {
		want := categorical[v.Name]
		where := window + " " + v.Name
		near(t, where+" missing", want.CurMissingRate, got["ml.feature.missing_share "+v.Name])
		if len(want.NewCategories) > 1 {
			continue // one bin of ours
		}
		compareDistances(t, where, v.Name, want.goldenDistances, got)
		if want.CramersV != nil {
			near(t, where+" Cramér's V", *want.CramersV, got["ml.feature.drift.cramers_v "+v.Name])
		}
		if want.ChiSquare.P != nil {
			near(t, where+" p", *want.ChiSquare.P, got["ml.feature.drift.chi_square_p_value "+v.Name])
		}
	}
}

func shares(v *profile.Variable, values []float64) []float64 {
	out := make([]float64, len(v.Counts))
	for _, x := range values {
		out[v.Bin(x)] += 1 / float64(len(values))
	}
	return out
}

func compareDistances(t *testing.T, where, name string, want goldenDistances, got map[string]float64) {
	near(t, where+" PSI", *want.PSI["floor_1e-4"], got["ml.feature.drift.psi "+name])
	near(t, where+" JS", want.JSDistance, got["ml.feature.drift.js_distance "+name])
	near(t, where+" Hellinger", want.Hellinger, got["ml.feature.drift.hellinger "+name])
	near(t, where+" TV", want.TV, got["ml.feature.drift.total_variation "+name])
	near(t, where+" L-infinity", want.LInf, got["ml.feature.drift.l_infinity "+name])
	if want.KL != nil {
		near(t, where+" KL", *want.KL, got["ml.feature.drift.kl "+name])
	}
}

// near compares with the twelve digits that the golden numbers have; square roots of differences near 0 have fewer.
func near(t *testing.T, what string, want, got float64) {
	t.Helper()
	if math.Abs(want-got) > 1e-9*max(math.Abs(want), 1e-2) && !(strings.HasSuffix(what, "JS") && math.Abs(want-got) < 2e-8) {
		t.Errorf("%s: want %.12g, got %.12g", what, want, got)
	}
}
