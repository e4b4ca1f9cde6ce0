package quality

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
)

// traffic is n outcomes of a model whose log-odds tell positives from negatives by a shift; a third are positive.
func traffic(r *rand.Rand, n int, shift float64) *outcome.Counter {
	c := &outcome.Counter{}
	for range n {
		truth, x := "no", r.NormFloat64()*2-shift
		if r.IntN(3) == 0 {
			truth, x = "yes", x+2*shift
		}
		c.AddBinary("yes", "no", "", truth, 1/(1+math.Exp(-x)))
	}
	return c
}

// How often windows are called degraded, by how many outcomes they have, and by how much worse the model became. The table is that of
// docs/quality.md.
func TestHowOftenDegraded(t *testing.T) {
	const windows = 200
	r := rand.New(rand.NewPCG(23, 29))
	p := &profile.Profile{Task: profile.Binary, PositiveClass: "yes", Outcomes: traffic(r, 50_000, 2).Series()}
	j := newJudge(t, nil)
	for _, test := range []struct {
		n           int
		shift       float64
		least, most float64 // share of windows of which the accuracy is called degraded
	}{
		{100, 2, 0, 0.01}, {1000, 2, 0, 0}, {10_000, 2, 0, 0},
		{100, 1.5, 0, 0.25}, {1000, 1.5, 0.05, 0.6}, {10_000, 1.5, 0.9, 1},
		{100, 1, 0.3, 0.9}, {1000, 1, 1, 1}, {10_000, 1, 1, 1},
	} {
		degraded := map[string]int{}
		accuracy := 0.0
		for range windows {
			got := points(t, j.Judge(windowOf(traffic(r, test.n, test.shift)), p))
			accuracy += got["ml.quality.accuracy"] / windows
			for _, measure := range []string{"accuracy", "f1", "roc_auc"} {
				if got["ml.quality.degraded{ml.quality.metric="+measure+"}"] == 1 {
					degraded[measure]++
				}
			}
		}
		t.Logf("%d outcomes, accuracy %.3f: degraded %v of %d", test.n, accuracy, degraded, windows)
		share := float64(degraded["accuracy"]) / windows
		assert.GreaterOrEqual(t, share, test.least, "%v", test)
		assert.LessOrEqual(t, share, test.most, "%v", test)
	}
}
