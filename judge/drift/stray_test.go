package drift

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
)

// A chunk strays by what the judge would publish of it as a window, beside a profile made of the rest.
func TestStrayIsWhatAWindowWouldShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rest, full := fraud(), fraud()
		chunk := drawCounts(t, 10, "chunk")
		chunk[3] += 100
		missing := rapid.Uint64Range(0, 50).Draw(t, "missing")
		v := full.Features[0]
		addTo(v.Counts, chunk)
		v.Missing += missing
		v.Mean, rest.Features[0].Mean = 50, 50

		j, err := New(&Config{Statistics: []string{"all"}, Primary: "psi", MinSamples: 100, MinExpected: 5, Floor: 1e-4, BeyondNoise: true, Factor: 1.2, MinChunks: 5})
		require.NoError(t, err)
		exclude := [][]uint64{append(profile.SumBins(chunk, v.Rollup), missing)}
		strays := j.Stray(v, chunk, missing, v.At(full.Rhythm, nil, exclude))
		points := byName(j.Judge(window(amounts(v.Bounds, chunk...), invalid("amount", "missing", float64(missing))), rest))
		for _, name := range Judged() {
			metric := "ml.feature.drift." + name
			if name == "mean_shift" {
				continue // a chunk has no exact mean
			}
			want := points[metric+" amount"]
			if s, _ := find(name); table[s].kind == chiSquareLaw {
				want += table[s].limit.Constant - points[metric+"_threshold amount"]
			}
			assert.InDelta(t, want, strays[name], 1e-9, name)
		}
		difference := points["ml.feature.missing_share amount"] - points["ml.feature.missing_share_reference amount"]
		assert.InDelta(t, max(difference, -difference), strays["missing_share"], 1e-9)
	})
}

func TestStrayOfACategory(t *testing.T) {
	p := fraud()
	v := p.Features[1]
	strays := newJudge(t, nil).Stray(v, []uint64{100, 60, 40, 0}, 0, v.Whole())
	for _, name := range []string{"psi", "kl", "js_distance", "hellinger", "cramers_v", "total_variation", "l_infinity", "missing_share"} {
		assert.Contains(t, strays, name)
	}
	assert.Len(t, strays, 8, "no statistics that need an order")
	assert.InDelta(t, -2*(1.0/200+1.0/1000), strays["psi"], 1e-12, "no more than noise: less")
}

func TestStrayOfTooLittle(t *testing.T) {
	v := fraud().Features[1]
	j := newJudge(t, nil)
	assert.Nil(t, j.Stray(v, []uint64{50, 30, 19, 0}, 0, v.Whole()))
	assert.Nil(t, j.Stray(v, []uint64{500, 300, 190, 0}, 0, profile.Reference{Shares: make([]float64, 4)}), "nothing is left of the reference")
}
