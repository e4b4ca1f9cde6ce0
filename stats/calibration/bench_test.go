package calibration

import "testing"

func BenchmarkFit(b *testing.B) {
	table := odds(simulate(100_000, 1, func(s float64) float64 { return s * s }))
	for _, name := range Names() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Fit(name, table); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkApply(b *testing.B) {
	table := odds(simulate(100_000, 1, func(s float64) float64 { return s * s }))
	for _, name := range Names() {
		c, err := Fit(name, table)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			score := 0.1
			for b.Loop() {
				score = 0.1 + 0.8*c.Apply(score)
			}
		})
	}
}

func BenchmarkMeasures(b *testing.B) {
	outcomes := simulate(100_000, 1, func(s float64) float64 { return s * s })
	table, bins := odds(outcomes), equalWidth(outcomes, Width)
	for name, measure := range map[string]func(){
		"ECE and noise":   func() { bins.ECE(); ECENoise(bins) },
		"ACE":             func() { ACE(table) },
		"slope":           func() { _, _ = SlopeOf(table) },
		"Hosmer-Lemeshow": func() { HosmerLemeshow(table) },
		"Spiegelhalter":   func() { SpiegelhalterZ(table) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				measure()
			}
		})
	}
}
