package multivariate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// Too far is beyond the noise's 99th percentile and, less its expectation, beyond the limit; of either sign.
func TestFar(t *testing.T) {
	noise := multivariate.Noise{MeanSquare: 0.0009, P99: 0.07}
	j := newJudge(t)
	for _, test := range []struct {
		value, limit float64
		far          bool
	}{
		{0.051, 0.04, false}, // above the threshold of 0.05, within the noise
		{0.08, 0.04, true},
		{-0.08, 0.04, true},
		{0.08, 0.08, false}, // beyond the noise, below the limit
		{0.0853, 0.08, false},
		{0.0855, 0.08, true}, // the threshold is sqrt(0.0064 + 0.0009) = 0.08544
		{0, 0, false},
	} {
		v := j.verdict(measured{test.value, noise}, test.limit)
		assert.Equal(t, test.far, v.far, test)
		assert.InDelta(t, math.Sqrt(test.limit*test.limit+0.0009), v.threshold, 1e-12)
		assert.Equal(t, 0.07, v.noise)
	}
	cfg := DefaultConfig()
	cfg.BeyondNoise = false
	careless, err := New(cfg)
	require.NoError(t, err)
	assert.True(t, careless.verdict(measured{0.051, noise}, 0.04).far)
}

func TestLimitOfChunks(t *testing.T) {
	j := newJudge(t)
	learned := map[string]map[string]profile.Limit{"24h": {"mmd": {Greatest: 0.1, Chunks: 5}, "reconstruction_shift": {Greatest: 0.01, Chunks: 9}, "correlation_shift": {Greatest: 3, Chunks: 4}}}
	assert.InDelta(t, 0.12, j.limit(mmd, learned, "24h"), 1e-12)
	assert.Equal(t, 0.1, j.limit(reconstructionShift, learned, "24h"), "the floor")
	assert.Equal(t, 0.2, j.limit(correlationShift, learned, "24h"), "too few chunks: the constant")
	assert.Equal(t, 0.06, j.limit(mmd, learned, "1h"), "no chunks of that length: the constant")
	assert.Equal(t, 0.06, j.limit(mmd, nil, "1h"))
}
