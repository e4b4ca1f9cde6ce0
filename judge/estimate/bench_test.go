package estimate

import (
	"math/rand/v2"
	"testing"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// One window of a binary model, predictions and outcomes.
func BenchmarkJudge(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	p := profileOf(profile.Binary, loans(random, 20_000, 0, 2, 2, 0))
	events := loans(random, 20_000, 0, 1.5, 2, 0)
	w := windowOf(events, events[:10_000])
	for _, test := range []struct {
		name       string
		statistics []string
	}{{"default", nil}, {"all statistics", []string{"all"}}} {
		b.Run(test.name, func(b *testing.B) {
			j := newJudge(b, func(c *Config) { c.Statistics = test.statistics })
			j.Judge(w, p) // what the profile teaches is kept
			b.ReportAllocs()
			for b.Loop() {
				j.Judge(w, p)
			}
		})
	}
}

func BenchmarkJudgeRegression(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	p := withRows(growing(random, 20_000, random.Float64))
	h := p.Value.Counts
	w := &summary.Window{Series: []summary.Series{{Metric: "ml.prediction.value", Histogram: &summary.Histogram{Bounds: p.Value.Bounds, Counts: h}}}}
	j := newJudge(b, nil)
	j.Judge(w, p)
	b.ReportAllocs()
	for b.Loop() {
		j.Judge(w, p)
	}
}
