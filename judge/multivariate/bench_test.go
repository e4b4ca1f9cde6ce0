package multivariate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// A window of a day of so many numeric features, with and without a weekly rhythm, and as it drifts.
func BenchmarkJudge(b *testing.B) {
	for _, features := range []int{20, 100} {
		for _, rhythm := range []profile.Cycle{profile.Steady, profile.Week} {
			for _, drifts := range []bool{false, true} {
				b.Run(fmt.Sprintf("%d features, rhythm %s, drifts %t", features, rhythm, drifts), func(b *testing.B) {
					random := rand.New(rand.NewPCG(1, 1))
					reference := pairs(random, 5000, 2, 0.8)
					reference = widen(random, reference, features)
					for i := range reference.rows {
						reference.hours = append(reference.hours, i%168)
					}
					r := learn(reference, rhythm)
					correlation := 0.8
					if drifts {
						correlation = -0.8
					}
					current := widen(random, pairs(random, 2400, 2, correlation), features)
					for i := range current.rows {
						current.hours = append(current.hours, 1000+i/100)
					}
					w := r.window("24h", current, 0, len(current.rows))
					j := newJudge(b)
					b.ReportAllocs()
					for b.Loop() {
						j.Judge(w, r.profile)
					}
				})
			}
		}
	}
}

// widen adds independent features.
func widen(random *rand.Rand, s *sample, features int) *sample {
	for i := len(s.names); i < features; i++ {
		s.names, s.categories = append(s.names, fmt.Sprintf("f%03d", i)), append(s.categories, 0)
		for k := range s.rows {
			s.rows[k] = append(s.rows[k], random.NormFloat64())
		}
	}
	return s
}

// An embedding of 768 components.
func BenchmarkJudgeVector(b *testing.B) {
	r, rows := learnVector(rand.New(rand.NewPCG(1, 1)), 768)
	w := r.window(rows)
	p := &profile.Profile{Vectors: []*profile.Vector{r.profile}}
	j := newJudge(b)
	b.ReportAllocs()
	for b.Loop() {
		j.Judge(w, p)
	}
}

// What most windows of most models cost: there is nothing to judge.
func BenchmarkJudgeNothing(b *testing.B) {
	r := learn(pairs(rand.New(rand.NewPCG(1, 1)), 1000, 3, 0), profile.Steady)
	j := newJudge(b)
	w := &summary.Window{Name: "1h", Series: r.window("1h", r.table, 0, 500).Series[:6]}
	for b.Loop() {
		j.Judge(w, r.profile)
	}
}
