package change

import (
	"fmt"
	"testing"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// A day's window of a binary model, of a regression, and of a model of a hundred classes whose matrix is full.
func BenchmarkJudge(b *testing.B) {
	j := newJudge(b, nil)
	run := func(name string, w *summary.Window, p *profile.Profile) {
		b.Run(name, func(b *testing.B) {
			if len(j.Judge(w, p)) == 0 {
				b.Fatal("nothing was judged")
			}
			b.ReportAllocs()
			for b.Loop() {
				j.Judge(w, p)
			}
		})
	}
	run("binary", binary(1, 1000, steps(24, 0.1)...).last(j, 24), profileOf(profile.Binary, "yes", binary(1, 500, steps(40, 0.1)...), chunks))
	run("regression", regression(1, 1000, steps(24, 10)...).last(j, 24), profileOf(profile.Regression, "", regression(1, 500, steps(40, 10)...), chunks))
	many := binary(1, 1000, steps(24, 0.1)...).last(j, 24)
	for i := range many.Panes {
		many.Panes[i].Series = nil
		for k := range 10_000 {
			many.Panes[i].Series = append(many.Panes[i].Series, summary.Series{Metric: semconv.MetricOutcomes, Sum: 1, Attributes: []summary.Attribute{
				{Key: semconv.AttrGroundTruthClass, Value: fmt.Sprint(k / 100)}, {Key: semconv.AttrPredictionClass, Value: fmt.Sprint(k % 100)},
			}})
		}
	}
	run("a hundred classes", many, profileOf(profile.Binary, "yes", binary(1, 500, steps(40, 0.1)...), chunks))
}
