package drift

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// column is one column of a prediction log, cut into reference and production.
type column struct {
	reference
	production [][]uint64 // counts by hour that follow the reference's
}

// readColumn bins a column hour by hour and learns the limits of 7-day windows.
func readColumn(t *testing.T, data map[string][]string, name string, j *Judge) *column {
	var at []int
	var ofReference []float64
	xs, missing := numbers(t, data[name])
	require.Zero(t, missing)
	for i, s := range data["timestamp"] {
		when, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		at = append(at, int(when.Unix()/3600))
		if data["split"][i] == "reference" {
			ofReference = append(ofReference, xs[i])
		}
	}
	v := numericVariable("x", ofReference)
	c := &column{reference: reference{begin: at[0]}}
	c.profile = &profile.Profile{Rhythm: profile.Rhythm{Cycle: profile.Week}, Features: []*profile.Variable{v}}
	v.Hours = &profile.Hours{Counts: make([][]uint64, 168), Missing: make([]uint64, 168)}
	for i := range v.Hours.Counts {
		v.Hours.Counts[i] = make([]uint64, len(v.Rollup))
	}
	last := at[len(ofReference)-1]
	c.byHour = empty(last-at[0]+1, len(v.Counts))
	c.production = empty(at[len(at)-1]-last, len(v.Counts))
	for i, x := range xs {
		if at[i] > last {
			c.production[at[i]-last-1][v.Bin(x)]++
			continue
		}
		h := at[i] - at[0]
		c.byHour[h][v.Bin(x)]++
		one := make([]uint64, len(v.Counts))
		one[v.Bin(x)] = 1
		addTo(v.Hours.Counts[c.cell(at[i])], profile.SumBins(one, v.Rollup))
	}
	c.learnLimits(j, []simulatedWindow{{name: "7d", hours: 168}})
	return c
}

func empty(hours, bins int) [][]uint64 {
	out := make([][]uint64, hours)
	for h := range out {
		out[h] = make([]uint64, bins)
	}
	return out
}

// windows judges 7-day windows, six hours apart. first is the day, from the end of the reference, of the end of the first
// window that is called; -1 where none is.
func (c *column) windows(j *Judge) (called outcome, usual outcome, first, firstUsual float64) {
	v := c.variable()
	first, firstUsual = -1, -1
	for from := 0; from+168 <= len(c.production); from += 6 {
		counts, hours := c.sum(c.production, c.begin+len(c.byHour)+from, from, 168)
		points := byName(j.Judge(&summary.Window{Name: "7d", Series: []summary.Series{{
			Metric: semconv.MetricFeatureValue, Attributes: feature("x"), Hours: hours,
			Histogram: &summary.Histogram{Bounds: v.Bounds, Counts: counts, Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()},
		}}}, c.profile))
		day := float64(from+168) / 24
		called.windows++
		if points["ml.feature.drift.detected psi x"] == 1 {
			called.called++
			if first < 0 {
				first = day
			}
		}
		usual.windows++
		if points["ml.feature.drift.psi x"] > 0.2 {
			usual.called++
			if firstUsual < 0 {
				firstUsual = day
			}
		}
	}
	return called, usual, first, firstUsual
}

// On real data, what comes and goes with the weather is not called, and what changed is.
func TestRealData(t *testing.T) {
	j, err := New(DefaultConfig())
	require.NoError(t, err)
	for file, columnsOf := range map[string]map[string]struct{ least, most float64 }{
		"bike_sharing_predictions": {"hum": {0, 0}, "windspeed": {0, 0}, "temp": {0.4, 0.65}, "atemp": {0.4, 0.65}, "predicted_value": {0.3, 0.6}},
		"elec2_predictions":        {"nswprice": {0.3, 1}, "nswdemand": {0.05, 1}},
	} {
		data := columns(t, "data/"+file+".csv.gz")
		for name, want := range columnsOf {
			c := readColumn(t, data, name, j)
			called, usual, first, firstUsual := c.windows(j)
			l := c.variable().Limits["7d"]["psi"]
			t.Logf("%s %s: %.3f called, first on day %.2f; PSI > 0.2: %.3f, day %.2f; limit %.3f of %d chunks", file, name, called.share(), first, usual.share(), firstUsual, l.Greatest, l.Chunks)
			assert.GreaterOrEqual(t, called.share(), want.least, name)
			assert.LessOrEqual(t, called.share(), want.most, name)
		}
	}
}
