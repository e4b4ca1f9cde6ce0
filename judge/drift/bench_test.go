package drift

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// manyFeatures is a model of 80 numeric and 20 categorical features (of ten categories), and a window of so many hours.
func manyFeatures(hours int) (*profile.Profile, *summary.Window) {
	random := rand.New(rand.NewPCG(1, 2))
	p := &profile.Profile{Rhythm: profile.Rhythm{Cycle: profile.Week}}
	w := &summary.Window{Name: "24h"}
	list := make([]summary.HourCount, hours)
	for i := range list {
		list[i] = summary.HourCount{Hour: int64(i), Count: 1000}
	}
	rhythm := func(v *profile.Variable) {
		v.Hours = &profile.Hours{Missing: make([]uint64, 168)}
		for range 168 {
			row := profile.SumBins(v.Counts, v.Rollup)
			for i := range row {
				row[i] = row[i]/168 + uint64(random.IntN(5))
			}
			v.Hours.Counts = append(v.Hours.Counts, row)
		}
	}
	for i := range 80 {
		xs := make([]float64, 20_000)
		for k := range xs {
			xs[k] = random.NormFloat64()
		}
		v := numericVariable(fmt.Sprintf("n%02d", i), xs)
		rhythm(v)
		p.Features = append(p.Features, v)
		h := &summary.Histogram{Bounds: v.Bounds, Counts: make([]uint64, len(v.Counts)), Min: -4, Max: 4}
		for k := range h.Counts {
			h.Counts[k] = uint64(hours * (8 + random.IntN(5)))
		}
		w.Series = append(w.Series, summary.Series{Metric: semconv.MetricFeatureValue, Attributes: feature(v.Name), Histogram: h, Hours: list})
	}
	for i := range 20 {
		v := &profile.Variable{Name: fmt.Sprintf("c%02d", i), Type: profile.Categorical, Rollup: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}
		for k := range 10 {
			category := fmt.Sprint("category ", k)
			v.Categories, v.Counts = append(v.Categories, category), append(v.Counts, 2000)
			w.Series = append(w.Series, summary.Series{Metric: semconv.MetricFeatureCategories, Sum: float64(hours * (90 + random.IntN(20))), Hours: list,
				Attributes: []summary.Attribute{{Key: semconv.AttrFeatureCategory, Value: category}, {Key: semconv.AttrFeatureName, Value: v.Name}}})
		}
		v.Counts = append(v.Counts, 0)
		rhythm(v)
		p.Features = append(p.Features, v)
	}
	sortSeries(w)
	return p, w
}

// A slice has its histograms over the roll-up bins.
func BenchmarkJudgeSegment(b *testing.B) {
	p, w := manyFeatures(24)
	segment := profile.Segment{Attributes: map[string]string{"device": "phone"}, Counts: make(map[string][]uint64)}
	for _, v := range p.Features {
		segment.Counts[profile.FeatureKey(v.Name)] = profile.SumBins(v.Counts, v.Rollup)
	}
	p.Segments = []profile.Segment{segment}
	w.Group.Segment = []summary.Attribute{{Key: semconv.AttrSegmentPrefix + "device", Value: "phone"}}
	for i, s := range w.Series {
		if s.Histogram != nil {
			v := p.Feature(s.Attribute(semconv.AttrFeatureName))
			w.Series[i].Histogram = &summary.Histogram{Bounds: v.RollupBounds(), Counts: profile.SumBins(s.Histogram.Counts, v.Rollup), Min: -4, Max: 4}
		}
	}
	j, err := New(DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		j.Judge(w, p)
	}
}

func BenchmarkJudge(b *testing.B) {
	for _, test := range []struct {
		name       string
		hours      int
		statistics []string
		primary    string
	}{
		{"100 features, 1h", 1, nil, "psi"},
		{"100 features, 24h", 24, nil, "psi"},
		{"100 features, 7d", 168, nil, "psi"},
		{"100 features, 24h, all statistics", 24, []string{"all"}, "psi"},
		{"100 features, 24h, Wasserstein is primary", 24, nil, "wasserstein"},
	} {
		b.Run(test.name, func(b *testing.B) {
			p, w := manyFeatures(test.hours)
			cfg := DefaultConfig()
			cfg.Statistics, cfg.Primary = test.statistics, test.primary
			j, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			j.Judge(w, p)
			b.ReportAllocs()
			for b.Loop() {
				j.Judge(w, p)
			}
		})
	}
}
