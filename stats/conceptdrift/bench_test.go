package conceptdrift

import "testing"

// BenchmarkUpdate is of streams that change now and then, as the tests' do.
func BenchmarkUpdate(b *testing.B) {
	for _, c := range contenders() {
		b.Run(c.name, func(b *testing.B) {
			d := c.make()
			values := stream(d.Method(), 1, 1<<16)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_, _ = d.Update(values[i&(1<<16-1)])
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mupdates/s")
		})
	}
}

// BenchmarkStable is of streams that never change, so that windows are as long as may be.
func BenchmarkStable(b *testing.B) {
	for _, m := range []Method{MethodADWIN, MethodPageHinkley, MethodDDM, MethodEDDM, MethodHDDMA, MethodHDDMW} {
		b.Run(m.String(), func(b *testing.B) {
			d := must(New(m))
			values := stream(MethodEDDM, 3, 1<<16)[:1<<14]
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_, _ = d.Update(values[i&(1<<14-1)])
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mupdates/s")
		})
	}
}

func BenchmarkState(b *testing.B) {
	for _, m := range Methods() {
		b.Run(m.String(), func(b *testing.B) {
			d := must(New(m))
			for _, x := range stream(m, 1, 1<<16) {
				_, _ = d.Update(x)
			}
			var data []byte
			b.ReportAllocs()
			for b.Loop() {
				data, _ = d.AppendBinary(data[:0])
			}
			b.ReportMetric(float64(len(data)), "bytes")
		})
	}
}
