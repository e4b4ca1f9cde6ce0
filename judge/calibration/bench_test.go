package calibration

import "testing"

// A binary model, 24 panes of a thousand outcomes.
func BenchmarkJudge(b *testing.B) {
	w := windowOf(draw(1, 24, 1000, sure)...)
	for name, change := range map[string]func(*Config){
		"default":             nil,
		"without calibrators": func(c *Config) { c.Calibrators = nil },
		"all statistics":      func(c *Config) { c.Statistics = []string{"all"} },
	} {
		b.Run(name, func(b *testing.B) {
			j := newJudge(b, change)
			b.ReportAllocs()
			for b.Loop() {
				j.Judge(w, nil)
			}
		})
	}
	b.Run("a segment", func(b *testing.B) {
		segment := *w
		segment.Group.Experiment, segment.Group.Variant = "new", "b"
		j := newJudge(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			j.Judge(&segment, nil)
		}
	})
	b.Run("fit", func(b *testing.B) {
		j := newJudge(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			j.Fit(w, nil, nil)
		}
	})
}
