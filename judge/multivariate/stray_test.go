package multivariate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// A chunk like the rest strays little, one whose pair turned round as far as the judge would say of a window: its excess over the noise. What
// has too few rows, or nothing to be compared with, says nothing.
func TestStrayJoint(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 1))
	r := learn(pairs(random, 5000, 4, 0.8), profile.Steady)
	j := newJudge(t)
	means := func(correlation float64, rows int) profile.JointMeans {
		all, sketch := newSums(r.profile), r.sketcher.NewSketch()
		for _, row := range pairs(random, rows, 4, correlation).rows {
			r.sketcher.Sketch(r.bins(row), sketch)
			all.add(sketch)
		}
		return all.means()
	}
	good, bad := j.StrayJoint(r.profile, means(0.8, 1000), r.profile.Joint.All), j.StrayJoint(r.profile, means(-0.8, 1000), r.profile.Joint.All)
	require.Len(t, bad, 3)
	for _, s := range jointStatistics {
		assert.GreaterOrEqual(t, good[s], 0.0, s)
		assert.Less(t, good[s], 0.1, s)
		assert.Greater(t, bad[s], 0.1, s)
	}
	assert.InDelta(t, 1.6, bad["correlation_shift"], 0.05)
	assert.Nil(t, j.StrayJoint(r.profile, means(0.8, 99), r.profile.Joint.All))
	assert.Nil(t, j.StrayJoint(r.profile, means(0.8, 500), profile.JointMeans{}))
	assert.Nil(t, j.StrayJoint(&profile.Profile{}, means(0.8, 500), r.profile.Joint.All))
}
