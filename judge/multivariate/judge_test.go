package multivariate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// pairs gives rows of so many features; the first two have the correlation, the rest stand for themselves.
func pairs(random *rand.Rand, rows, features int, correlation float64) *sample {
	t := &sample{categories: make([]int, features)}
	for i := range features {
		t.names = append(t.names, string(rune('a'+i)))
	}
	for range rows {
		row := make([]float64, features)
		for i := range row {
			row[i] = random.NormFloat64()
		}
		row[1] = correlation*row[0] + math.Sqrt(1-correlation*correlation)*row[1]
		t.rows = append(t.rows, row)
	}
	return t
}

func newJudge(t testing.TB) *Judge {
	j, err := New(DefaultConfig())
	require.NoError(t, err)
	return j
}

// Two features whose correlation turns round, each by itself as ever: all three statistics find it and name the two, and the windows
// before are good. Among twenty features, two are too little for the maximum mean discrepancy.
func TestFlip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	j := newJudge(t)
	for _, features := range []int{3, 5, 10, 20} {
		const rows = 600
		r := learn(pairs(random, 20_000, features, 0.8), profile.Steady)
		r.learnLimits(j, "24h", rows)
		good := byName(j.Judge(r.window("24h", pairs(random, rows, features, 0.8), 0, rows), r.profile))
		bad := byName(j.Judge(r.window("24h", pairs(random, rows, features, -0.8), 0, rows), r.profile))
		for _, s := range []string{"reconstruction_shift", "mmd", "correlation_shift"} {
			assert.Zero(t, good["ml.joint.drift.detected "+s], "%s of %d features", s, features)
			if s == "mmd" && features > 10 {
				continue
			}
			assert.Equal(t, 1.0, bad["ml.joint.drift.detected "+s], "%s of %d features: %v", s, features, bad["ml.joint.drift."+s])
			assert.Greater(t, bad["ml.joint.drift."+s], bad["ml.joint.drift."+s+"_threshold"])
			assert.Greater(t, bad["ml.joint.drift."+s], bad["ml.joint.drift."+s+"_noise"])
		}
		assert.InDelta(t, 1, bad["ml.joint.drift.contribution a"]+bad["ml.joint.drift.contribution b"], 0.06)
		assert.Less(t, bad["ml.joint.drift.pair_shift a b"], -1.5)
		for name := range good {
			assert.False(t, strings.Contains(name, "contribution") || strings.Contains(name, "pair_shift"), name)
		}
		var blamed, moved int
		for name := range bad {
			blamed += strings.Count(name, "contribution")
			moved += strings.Count(name, "pair_shift")
		}
		assert.LessOrEqual(t, blamed, maxBlamed)
		assert.LessOrEqual(t, moved, maxPairs)
	}
}
