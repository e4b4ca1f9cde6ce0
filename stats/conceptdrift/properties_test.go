package conceptdrift

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var long = flag.Bool("long", false, "TestMemory: 10^7 values for each detector instead of 2 10^5; takes half a minute")

// drawDetector is any detector with any sensible configuration.
func drawDetector(t *rapid.T) Detector {
	warmUp := rapid.IntRange(1, 60).Draw(t, "warm-up")
	direction := rapid.SampledFrom([]Direction{Increase, Decrease, Both}).Draw(t, "direction")
	small := rapid.SampledFrom([]float64{1e-6, 0.001, 0.05}).Draw(t, "small")
	switch m := rapid.SampledFrom(Methods()).Draw(t, "method"); m {
	case MethodPageHinkley:
		return must(NewPageHinkley(PageHinkleyConfig{warmUp, small, rapid.Float64Range(0, 60).Draw(t, "threshold"), rapid.Float64Range(0.9, 1).Draw(t, "alpha"), direction}))
	case MethodCUSUM:
		return must(NewCUSUM(CUSUMConfig{warmUp, small, rapid.Float64Range(0, 60).Draw(t, "threshold"), direction}))
	case MethodDDM:
		return must(NewDDM(DDMConfig{warmUp, 1.5, 2.5}))
	case MethodEDDM:
		return must(NewEDDM(EDDMConfig{warmUp, 0.95, 0.9}))
	case MethodADWIN:
		return must(NewADWIN(ADWINConfig{small, rapid.IntRange(1, 40).Draw(t, "clock"), rapid.IntRange(2, mostBuckets).Draw(t, "buckets"),
			rapid.IntRange(1, 40).Draw(t, "min"), 10, rapid.Bool().Draw(t, "free"), direction}))
	case MethodSTEPD:
		return must(NewSTEPD(STEPDConfig{rapid.IntRange(1, 200).Draw(t, "window"), small, 2 * small, direction}))
	case MethodHDDMA:
		return must(NewHDDMA(HDDMConfig{small, 2 * small, direction}))
	case MethodHDDMW:
		return must(NewHDDMW(HDDMWConfig{HDDMConfig{small, 2 * small, direction}, rapid.Float64Range(0.01, 1).Draw(t, "lambda"), rapid.Bool().Draw(t, "first")}))
	default:
		window := rapid.IntRange(4, 120).Draw(t, "window")
		return must(NewKSWIN(KSWINConfig{small, window, rapid.IntRange(2, window/2).Draw(t, "recent"), rapid.Uint64().Draw(t, "seed")}))
	}
}

// stream is values that the method takes, and that change every so often.
func stream(m Method, seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 3))
	values := make([]float64, n)
	level := 0.0
	for i := range values {
		if i%(n/4+1) == 0 {
			level = r.Float64()
		}
		switch m.Takes() {
		case Errors:
			if r.Float64() < level {
				values[i] = 1
			}
		case Shares:
			values[i] = math.Min(1, math.Max(0, level+r.NormFloat64()/5))
		default:
			values[i] = 1000*level + 50*r.NormFloat64()
		}
	}
	return values
}

func state(t require.TestingT, d Detector) []byte {
	data, err := d.MarshalBinary()
	require.NoError(t, err)
	require.LessOrEqual(t, len(data), MaxState)
	return data
}

func TestConstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDetector(t)
		var x float64
		switch d.Method().Takes() {
		case Errors:
			x = float64(rapid.IntRange(0, 1).Draw(t, "x"))
		case Shares:
			x = rapid.Float64Range(0, 1).Draw(t, "x")
		default:
			x = rapid.Float64Range(-greatest, greatest).Draw(t, "x")
		}
		for range rapid.IntRange(1, 3000).Draw(t, "n") {
			level, err := d.Update(x)
			require.NoError(t, err)
			require.Equal(t, Stable, level)
		}
		e := d.Estimate()
		assert.InDelta(t, x, e.Mean, 1e-12*math.Abs(x))
		assert.InDelta(t, x, e.Before, 1e-9*math.Abs(x))
		assert.InDelta(t, x, e.After, 1e-9*math.Abs(x))
	})
}

func TestConstantForLong(t *testing.T) {
	for _, m := range Methods() {
		for _, x := range []float64{0, 1, 0.1, 1.0 / 3, 123456789.1, -1e99} {
			if m.Takes() != Numbers && (x < 0 || x > 1) || m.Takes() == Errors && x != 0 && x != 1 {
				continue
			}
			d := must(New(m))
			for range 100_000 {
				level, err := d.Update(x)
				if level != Stable || err != nil {
					t.Fatalf("%v of %v: %v %v after %d", m, x, level, err, d.Estimate().Count)
				}
			}
		}
	}
}

func TestRestored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := drawDetector(t)
		values := stream(whole.Method(), rapid.Uint64().Draw(t, "stream"), rapid.IntRange(1, 1500).Draw(t, "n"))
		at := rapid.IntRange(0, len(values)).Draw(t, "at")
		feed(t, whole, values[:at])
		saved := state(t, whole)
		restored, err := Restore(saved)
		require.NoError(t, err)
		require.Equal(t, saved, state(t, restored))
		require.Equal(t, whole.Level(), restored.Level())
		require.Equal(t, whole.Estimate(), restored.Estimate())
		again, err := Restore(saved)
		require.NoError(t, err)
		feed(t, again, values[at:])
		require.NoError(t, again.UnmarshalBinary(saved), "into a detector that has gone on")
		for i, x := range values[at:] {
			level, err := whole.Update(x)
			require.NoError(t, err)
			for _, d := range []Detector{restored, again} {
				got, err := d.Update(x)
				require.NoError(t, err)
				require.Equal(t, level, got, "%d after the restart", i)
			}
			require.Equal(t, whole.Estimate(), restored.Estimate(), "%d after the restart", i)
		}
		assert.Equal(t, state(t, whole), state(t, restored))
		assert.Equal(t, state(t, whole), state(t, again))
	})
}

func feed(t require.TestingT, d Detector, values []float64) {
	for _, x := range values {
		_, err := d.Update(x)
		require.NoError(t, err)
	}
}

// The window is kept exactly, however it is cut into buckets.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := adwin(func(c *ADWINConfig) {
			c.Clock, c.MaxBuckets = rapid.IntRange(1, 40).Draw(t, "clock"), rapid.IntRange(2, mostBuckets).Draw(t, "buckets")
		}).(*ADWIN)
		values := stream(MethodADWIN, rapid.Uint64().Draw(t, "stream"), rapid.IntRange(1, 1500).Draw(t, "n"))
		for i, x := range values {
			_, err := d.Update(x)
			require.NoError(t, err)
			var sum, squares float64
			in := values[i+1-int(d.width) : i+1]
			for _, x := range in {
				sum += x
			}
			for _, x := range in {
				squares += (x - sum/d.width) * (x - sum/d.width)
			}
			require.InDelta(t, sum/d.width, d.Estimate().Mean, 1e-9)
			require.InDelta(t, squares, d.squares, 1e-6)
		}
		require.LessOrEqual(t, len(d.buckets), (d.config.MaxBuckets+1)*(int(math.Log2(float64(len(values))))+1))
	})
}

func TestRefused(t *testing.T) {
	for _, m := range Methods() {
		outside := []float64{1.0001e100, -1e300}
		if m.Takes() != Numbers {
			outside = append(outside, -1e-9, 1.0001)
		}
		if m.Takes() == Errors {
			outside = append(outside, 0.5)
		}
		d := must(New(m))
		for i, x := range stream(m, 1, 500) {
			before := state(t, d)
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				level, err := d.Update(bad)
				require.ErrorIs(t, err, ErrNotFinite)
				require.Equal(t, Stable, level)
			}
			for _, bad := range outside {
				_, err := d.Update(bad)
				require.ErrorIs(t, err, ErrOutOfRange, "%v of %v", m, bad)
			}
			require.Equal(t, before, state(t, d), "%v, value %d", m, i)
			feed(t, d, []float64{x})
		}
	}
}

// Values as great as may be leave no trace that outlasts them.
func TestGreatValues(t *testing.T) {
	for _, m := range Methods() {
		if m.Takes() != Numbers {
			continue
		}
		t.Run(m.String(), func(t *testing.T) {
			d := must(New(m))
			r := rand.New(rand.NewPCG(1, 1))
			for range 20_000 {
				_, err := d.Update(greatest * (2*r.Float64() - 1))
				require.NoError(t, err)
			}
			e := d.Estimate()
			for _, x := range []float64{e.Mean, e.Before, e.After} {
				require.False(t, math.IsNaN(x) || math.IsInf(x, 0))
			}
			_, err := Restore(state(t, d))
			require.NoError(t, err)
		})
	}
}

// What is allocated and what is written stay within their bounds, however many values there are.
func TestMemory(t *testing.T) {
	n := 200_000
	if *long {
		n = 10_000_000
	}
	for _, c := range contenders() {
		t.Run(c.name, func(t *testing.T) {
			d := c.make()
			values := stream(d.Method(), 1, 4096)
			var before, after runtime.MemStats
			longest := 0
			feed(t, d, values)
			runtime.GC()
			runtime.GC()
			runtime.ReadMemStats(&before)
			for i := range n {
				x := values[i%4]
				if d.Method().Takes() == Errors {
					// A window that never changes is the longest there is.
					x = float64(i % 2)
				}
				_, _ = d.Update(x)
			}
			longest = max(longest, len(state(t, d)))
			runtime.GC()
			runtime.GC()
			runtime.ReadMemStats(&after)
			assert.LessOrEqual(t, longest, 2200)
			assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(16<<10))
			if a, ok := d.(*ADWIN); ok {
				assert.Greater(t, a.width, float64(n)/2)
				assert.LessOrEqual(t, 16*len(a.buckets), 16*(a.config.MaxBuckets+1)*(int(math.Log2(a.width))+1))
			}
			t.Logf("%d bytes after %d values", longest, n)
		})
	}
}

func TestNoAllocations(t *testing.T) {
	for _, c := range contenders() {
		d := c.make()
		values := stream(d.Method(), 1, 10_000)
		feed(t, d, values)
		i := 0
		assert.Less(t, testing.AllocsPerRun(10_000, func() {
			_, _ = d.Update(values[i%len(values)])
			i++
		}), 0.01, c.name)
	}
}

// At a drift the estimate tells what changed.
func TestEstimate(t *testing.T) {
	for _, c := range contenders() {
		t.Run(c.name, func(t *testing.T) {
			d := c.make()
			low, high, spread := 0.1, 0.6, 0.0
			if d.Method().Takes() == Numbers && d.Method() != MethodADWIN {
				low, high, spread = 10, 20, 1
			}
			r := rand.New(rand.NewPCG(5, 4))
			draw := func(level float64) float64 {
				if spread > 0 {
					return level + spread*r.NormFloat64()
				}
				if r.Float64() < level {
					return 1
				}
				return 0
			}
			for range 400 {
				_, err := d.Update(draw(low))
				require.NoError(t, err)
			}
			for range 3000 {
				if level, _ := d.Update(draw(high)); level == Drift {
					e := d.Estimate()
					assert.Positive(t, e.Count)
					assert.Positive(t, e.Since)
					assert.InDelta(t, low, e.Before, 0.25*(high-low))
					assert.Greater(t, e.After, e.Before+0.05*(high-low))
					return
				}
			}
			t.Fatal("no drift")
		})
	}
}

func TestSmirnov(t *testing.T) {
	// scipy.stats.ks_2samp, method exact, two samples of 30.
	assert.InDelta(t, 0.07088799, smirnov(30, 10), 1e-7)
	assert.InDelta(t, 0.00650, smirnov(30, 13), 1e-4)
	// Every way in which two samples of 6 can lie.
	const n = 6
	var at [n + 1]float64
	total := 0.0
	for bits := range 1 << (2 * n) {
		a, b, greatest := 0, 0, 0
		for i := range 2 * n {
			if bits>>i&1 == 1 {
				a++
			} else {
				b++
			}
			greatest = max(greatest, a-b, b-a)
		}
		if a == n {
			total++
			for h := 0; h <= greatest; h++ {
				at[h]++
			}
		}
	}
	for h := 1; h <= n; h++ {
		assert.InDelta(t, at[h]/total, smirnov(n, h), 1e-12)
	}
}

func TestGreatestDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		sorted := func(name string) []float64 {
			x := make([]float64, n)
			for i := range x {
				x[i] = float64(rapid.IntRange(0, 5).Draw(t, name))
			}
			return sortedCopy(x)
		}
		a, b := sorted("a"), sorted("b")
		want := 0
		for x := 0.0; x <= 5; x++ {
			difference := upTo(a, x) - upTo(b, x)
			want = max(want, difference, -difference)
		}
		assert.Equal(t, want, greatestDifference(a, b))
	})
}

func upTo(values []float64, x float64) (n int) {
	for _, v := range values {
		if v <= x {
			n++
		}
	}
	return n
}

func TestSplitMix(t *testing.T) {
	// The first numbers from 1234567, as in the reference implementation's test.
	s := splitMix64(1234567)
	for _, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		assert.Equal(t, want, s.next())
	}
	var counts [7]int
	for range 70_000 {
		counts[s.below(7)]++
	}
	for i, n := range counts {
		assert.InDelta(t, 10_000, n, 500, fmt.Sprint(i))
	}
}

// A change in the direction that does not matter is no drift, and the detector then knows of the new values alone.
func TestOtherDirection(t *testing.T) {
	d := Recommended(LossSignal)
	r := rand.New(rand.NewPCG(1, 5))
	for i := range 6000 {
		level := 10.0
		if i >= 3000 {
			level = 5
		}
		l, err := d.Update(level + r.NormFloat64())
		require.NoError(t, err)
		require.Equal(t, Stable, l)
	}
	assert.InDelta(t, 5, d.Estimate().Mean, 0.1)
	for i := range 200 {
		if l, _ := d.Update(10 + r.NormFloat64()); l == Drift {
			assert.InDelta(t, 5, d.Estimate().Before, 0.2, "after %d", i)
			return
		}
	}
	t.Fatal("no drift")
}
