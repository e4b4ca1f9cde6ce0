package multivariate

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// peerRows are those of testdata/peers.py, bit for bit: products are rounded before they are added.
func peerRows(seed uint64, rows int, turned bool, columns int) *sample {
	s := (&sample{names: []string{"f0", "f1", "f2", "f3", "flag", "category"}, categories: []int{0, 0, 0, 0, 2, 4}})
	for range rows {
		var u [6]float64
		for i := range u {
			seed = seed*6364136223846793005 + 1442695040888963407
			u[i] = float64(seed>>11) / (1 << 53)
		}
		common := u[0] + u[1]
		other := common
		if turned {
			other = 2 - common
		}
		flag := 0.0
		if u[4]+float64(0.25*u[0]) > 0.75 {
			flag = 1
		}
		s.rows = append(s.rows, []float64{
			common + float64(0.5*u[2]), other + float64(0.5*u[3]), float64(0.25*common) + u[4], u[5] + float64(u[1]*u[2]), flag,
			math.Floor(4 * (float64(0.5*u[0]) + float64(0.5*u[5]))),
		})
	}
	var which []int
	for i := range columns {
		which = append(which, i)
	}
	return s.columns(which...)
}

// TestPeers: what other people's software (testdata/peers.py says which) makes of the same rows. All is the same within rounding but for the
// discrepancy: 64 random frequencies and binned angles stand for the kernel.
func TestPeers(t *testing.T) {
	text, err := os.ReadFile("testdata/peers.json")
	require.NoError(t, err)
	var peers struct {
		Cases map[string]struct {
			Components             int
			Explained, Bandwidth   float64
			ErrorReference         float64   `json:"error_reference"`
			ErrorStdDev            float64   `json:"error_std_dev"`
			ErrorCurrent           float64   `json:"error_current"`
			ResidualsCurrent       []float64 `json:"residuals_current"`
			MMD                    float64
			CorrelationsReference  []float64 `json:"correlations_reference"`
			CorrelationsOfTheOther []float64 `json:"correlations_current"`
			NannyML                *struct {
				Reference, Current float64
				Alert              bool
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &peers))
	require.Len(t, peers.Cases, 2)
	for name, columns := range map[string]int{"mixed": 6, "numbers": 4} {
		want := peers.Cases[name]
		r := learn(peerRows(1, 4000, false, columns), profile.Steady)
		current := peerRows(2, 1000, true, columns)
		j := r.profile.Joint
		assert.Len(t, j.Components, want.Components, name)
		assert.InDelta(t, want.Explained, j.Explained, 1e-9, name)
		assert.InDelta(t, want.Bandwidth, j.Bandwidth, 1e-9, name)
		assert.InDelta(t, want.ErrorReference, j.All.Error, 1e-9, name)
		assert.InDelta(t, want.ErrorStdDev, j.ErrorStdDev, 1e-9, name)
		x, ok := newJudge(t).compared(r.window("24h", current, 0, 1000), r.profile)
		require.True(t, ok)
		assert.InDelta(t, want.ErrorCurrent, x.current.Error, 1e-9, name)
		assert.InDeltaSlice(t, want.ResidualsCurrent, x.current.Residuals, 1e-9, name)
		assert.InDelta(t, (want.ErrorCurrent-want.ErrorReference-j.ErrorOptimism)/want.ErrorStdDev, x.errorShift().value, 1e-9, name)
		require.Len(t, x.pairs, len(want.CorrelationsReference))
		for i, p := range x.pairs {
			assert.InDelta(t, want.CorrelationsOfTheOther[i]-want.CorrelationsReference[i], p.shift, 1e-9, name)
		}
		if n := want.NannyML; n != nil {
			assert.InDelta(t, n.Reference, j.All.Error, 1e-9)
			assert.InDelta(t, n.Current, x.current.Error, 1e-9)
			assert.True(t, n.Alert)
		}
		binned, unbinned, many := x.discrepancy().value, r.unbinned(current, j.Seed, j.Frequencies), r.unbinned(current, j.Seed, 4096)
		t.Logf("%s: MMD %.5f by the kernel; by 64 frequencies %.5f (%+.1f %%), unbinned %.5f (%+.1f %%); by 4096 %.5f (%+.1f %%)", name, want.MMD,
			binned, 100*(binned/want.MMD-1), unbinned, 100*(unbinned/want.MMD-1), many, 100*(many/want.MMD-1))
		var spread []float64
		for seed := range uint64(max(5, min(20, *simulated))) {
			spread = append(spread, r.unbinned(current, seed, j.Frequencies)/want.MMD-1)
		}
		t.Logf("%s: over seeds %+.1f %% to %+.1f %%, standard deviation %.1f %%", name, 100*slices.Min(spread), 100*slices.Max(spread), 100*deviation(spread))
		assert.Less(t, deviation(spread), 0.3, name)
		assert.InEpsilon(t, want.MMD, binned, 0.2, name)
		assert.InEpsilon(t, unbinned, binned, 0.01, name)
		assert.InEpsilon(t, want.MMD, many, 0.02, name)
	}
}

// unbinned is the discrepancy of the reference and the rows by the exact angles along so many frequencies.
func (r *learned) unbinned(current *sample, seed uint64, frequencies int) float64 {
	j := r.profile.Joint
	w := multivariate.Frequencies(seed, frequencies, r.sketcher.Dims(), j.Bandwidth)
	means := func(s *sample) (cosines, sines []float64) {
		cosines, sines = make([]float64, frequencies), make([]float64, frequencies)
		x := make([]float64, r.sketcher.Dims())
		for _, row := range s.rows {
			r.sketcher.Encode(r.bins(row), x)
			for k, f := range w {
				angle := 0.0
				for d := range x {
					angle += f[d] * x[d]
				}
				sine, cosine := math.Sincos(angle)
				cosines[k] += cosine / float64(len(s.rows))
				sines[k] += sine / float64(len(s.rows))
			}
		}
		return cosines, sines
	}
	c1, s1 := means(r.table)
	c2, s2 := means(current)
	return multivariate.MMD(c2, s2, c1, s1)
}
