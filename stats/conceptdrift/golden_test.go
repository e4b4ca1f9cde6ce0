package conceptdrift

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// must is a detector whose configuration is right.
func must[D Detector](d D, err error) D {
	if err != nil {
		panic(err)
	}
	return d
}

// golden is which detectors of detectors.json are ours, and how ours are configured for them.
var golden = map[string]func() Detector{
	"river.ADWIN delta=0.002 (default: clock=32 max_buckets=5 min_window_length=5 grace_period=10)": func() Detector { return must(NewADWIN(DefaultADWIN())) },
	"river.ADWIN delta=0.05":          func() Detector { return adwin(func(c *ADWINConfig) { c.Delta = 0.05 }) },
	"river.ADWIN delta=0.0001":        func() Detector { return adwin(func(c *ADWINConfig) { c.Delta = 0.0001 }) },
	"river.ADWIN delta=0.002 clock=1": func() Detector { return adwin(func(c *ADWINConfig) { c.Clock = 1 }) },
	"river.PageHinkley min_instances=30 delta=0.005 threshold=50 alpha=0.9999 mode=both (default)": func() Detector { return must(NewPageHinkley(DefaultPageHinkley())) },
	"river.PageHinkley threshold=10 mode=up": func() Detector {
		return pageHinkley(func(c *PageHinkleyConfig) { c.Threshold, c.Direction = 10, Increase })
	},
	"river.PageHinkley threshold=10 mode=down": func() Detector {
		return pageHinkley(func(c *PageHinkleyConfig) { c.Threshold, c.Direction = 10, Decrease })
	},
	"river.PageHinkley threshold=20 delta=0.01 alpha=1 mode=both": func() Detector {
		return pageHinkley(func(c *PageHinkleyConfig) { c.Threshold, c.Delta, c.Alpha = 20, 0.01, 1 })
	},
	"river.DDM warm_start=30 warning=2 drift=3 (default)":        func() Detector { return must(NewDDM(DefaultDDM())) },
	"river.EDDM warm_start=30 alpha=0.95 beta=0.9 (default)":     func() Detector { return must(NewEDDM(DefaultEDDM())) },
	"river.EDDM alpha=0.8 beta=0.75":                             func() Detector { return must(NewEDDM(EDDMConfig{30, 0.8, 0.75})) },
	"river.HDDM_A drift=0.001 warning=0.005 one-sided (default)": func() Detector { return must(NewHDDMA(DefaultHDDMA())) },
	"river.HDDM_A two-sided": func() Detector {
		c := DefaultHDDMA()
		c.Direction = Both
		return must(NewHDDMA(c))
	},
	"river.HDDM_W drift=0.001 warning=0.005 lambda=0.05 one-sided (default)": func() Detector { return must(NewHDDMW(DefaultHDDMW())) },
	"river.HDDM_W two-sided":                                func() Detector { return hddmW(func(c *HDDMWConfig) { c.Direction = Both }) },
	"skmultiflow.HDDM_W defaults, no reset() by the caller": func() Detector { return hddmW(func(c *HDDMWConfig) { c.FromFirst = true }) },
	"tornado.HDDM_W_test defaults":                          func() Detector { return hddmW(func(c *HDDMWConfig) { c.FromFirst = true }) },
	"frouros.CUSUM defaults":                                func() Detector { return must(NewCUSUM(DefaultCUSUM())) },
	"tornado.CUSUM defaults":                                func() Detector { return must(NewCUSUM(DefaultCUSUM())) },
	"frouros.STEPD defaults":                                func() Detector { return must(NewSTEPD(DefaultSTEPD())) },
}

func adwin(change func(*ADWINConfig)) Detector {
	c := DefaultADWIN()
	change(&c)
	return must(NewADWIN(c))
}

func pageHinkley(change func(*PageHinkleyConfig)) Detector {
	c := DefaultPageHinkley()
	change(&c)
	return must(NewPageHinkley(c))
}

func hddmW(change func(*HDDMWConfig)) Detector {
	c := DefaultHDDMW()
	change(&c)
	return must(NewHDDMW(c))
}

// exceptions are where others find other change points, with the value from which on, and the cause.
var exceptions = []struct {
	stream, detector string
	from             int
	cause            string
}{
	{"elec2_errors", "frouros.STEPD defaults", 3502, "frouros takes the absolute value of T: 60 values without an error after the drift at 3442 are a drift to it"},
}

// exception is the first index at which ours may differ, or that after the last.
func exception(t *testing.T, stream, detector string, n int) int {
	for _, e := range exceptions {
		if e.stream == stream && e.detector == detector {
			t.Logf("compared until %d: %s", e.from, e.cause)
			return e.from
		}
	}
	return n
}

// until is the indices below a limit.
func until(indices []int, limit int) []int {
	below := []int{}
	for _, i := range indices {
		if i < limit {
			below = append(below, i)
		}
	}
	return below
}

func TestGolden(t *testing.T) {
	for name, stream := range goldenStreams(t) {
		for which, make := range golden {
			raw, ok := stream.Detectors[which]
			if !ok {
				continue
			}
			t.Run(name+"/"+which, func(t *testing.T) {
				var want goldenDetector
				require.NoError(t, json.Unmarshal(raw, &want))
				d := make()
				drifts, warnings := run(t, d, stream.values)
				limit := exception(t, name, which, stream.N)
				assert.Equal(t, until(want.Drifts, limit), until(drifts, limit))
				if limit < stream.N {
					assert.NotEqual(t, want.Drifts, drifts, "no exception any more")
				}
				if want.WarningStarts != nil {
					assert.Equal(t, want.WarningStarts, until(warnings, stream.N)[:min(len(warnings), 300)])
				}
				if want.Widths != nil {
					adwinAlike(t, make().(*ADWIN), stream.values, want)
				}
			})
		}
	}
}

// adwinAlike compares windows as well.
func adwinAlike(t *testing.T, d *ADWIN, stream []float64, want goldenDetector) {
	var at []int
	for index := range want.Widths {
		i, err := strconv.Atoi(index)
		require.NoError(t, err)
		at = append(at, i)
	}
	sort.Ints(at)
	for i, x := range stream {
		level, err := d.Update(x)
		require.NoError(t, err)
		if len(at) > 0 && at[0] == i {
			// At a drift, River's window has lost its older side; ours still has it, for the estimate.
			if level != Drift {
				assert.EqualValues(t, want.Widths[strconv.Itoa(i)], d.width, "width after %d", i)
			}
			at = at[1:]
		}
	}
	assert.Equal(t, want.Final.Width, d.width)
	assert.InEpsilon(t, want.Final.Total, d.total+d.origin*d.width, 1e-9)
	assert.InEpsilon(t, want.Final.Squares, d.squares, 1e-9)
	assert.InEpsilon(t, want.Final.Estimation, d.Estimate().Mean, 1e-9)
}

// Of STEPD's exception, that its cause is the cause: where frouros differs first, there was no error in the 60 values until then.
func TestExceptionOfSTEPD(t *testing.T) {
	s := goldenStreams(t)["elec2_errors"]
	var want goldenDetector
	require.NoError(t, json.Unmarshal(s.Detectors["frouros.STEPD defaults"], &want))
	assert.Contains(t, want.Drifts, 3502)
	for i := 3443; i <= 3502; i++ {
		assert.Zero(t, s.values[i])
	}
}

// KSWIN draws its own random numbers: it finds as many drifts as River's ten seeds do, and the first of them where they do.
func TestGoldenKSWIN(t *testing.T) {
	for name, s := range goldenStreams(t) {
		t.Run(name, func(t *testing.T) {
			var want goldenDetector
			require.NoError(t, json.Unmarshal(s.Detectors["river.KSWIN alpha=0.0001 window_size=100 stat_size=30"], &want))
			var counts, firsts []float64
			for seed := range uint64(10) {
				c := DefaultKSWIN()
				c.Alpha, c.Seed = 0.0001, seed
				drifts, _ := run(t, must(NewKSWIN(c)), s.values)
				counts = append(counts, float64(len(drifts)))
				if len(drifts) > 0 {
					firsts = append(firsts, float64(drifts[0]))
				}
			}
			var theirs, theirFirsts []float64
			for i, n := range want.DriftsPerSeed {
				theirs = append(theirs, float64(n))
				if first := want.FirstPerSeed[i]; first != nil {
					theirFirsts = append(theirFirsts, float64(*first))
				}
			}
			t.Logf("drifts %v, River %v; first %v, River %v", counts, theirs, firsts, theirFirsts)
			// Means of ten, each off by its standard error at most four times, and by one drift where they are few.
			tolerance := 1 + 4*math.Sqrt((variance(counts)+variance(theirs))/10)
			assert.InDelta(t, average(theirs), average(counts), tolerance)
			if len(theirFirsts) == 10 {
				require.Len(t, firsts, 10)
				assert.InDelta(t, sortedCopy(theirFirsts)[5], sortedCopy(firsts)[5], 300)
			}
		})
	}
}

func average(x []float64) float64 {
	var m mean
	for _, v := range x {
		m.update(v)
	}
	return m.mean
}

func variance(x []float64) float64 {
	squares := 0.0
	for _, v := range x {
		squares += (v - average(x)) * (v - average(x))
	}
	return squares / float64(len(x)-1)
}
