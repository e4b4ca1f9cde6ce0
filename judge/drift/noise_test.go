package drift

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/leeway-ml/leeway/profile"
)

// Where nothing changed, a value is above its noise in one window of a hundred, whatever the statistic.
func TestNoiseIsTheNinetyNinthPercentile(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	draw := func(n int) []float64 {
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = random.NormFloat64()
		}
		return xs
	}
	const references, windows = 150, 20
	above := make(map[string]int)
	j := newJudge(t, func(c *Config) { c.Statistics = []string{"all"} })
	for range references {
		v := numericVariable("x", draw(5000))
		p := &profile.Profile{Rhythm: profile.Rhythm{Cycle: profile.Steady}, Features: []*profile.Variable{v}}
		for range windows {
			points := byName(j.Judge(window(summed(draw(1000), v.Bounds)), p))
			for _, name := range Judged() {
				metric := "ml.feature.drift." + name
				value := points[metric+" x"]
				if value < 0 {
					value = -value
				}
				assert.Contains(t, points, metric+"_noise x")
				if value > points[metric+"_noise x"] {
					above[name]++
				}
			}
		}
	}
	for _, name := range Judged() {
		share := float64(above[name]) / (references * windows)
		t.Logf("%-16s above its noise in %.2f %% of the windows", name, 100*share)
		assert.Less(t, share, 0.018, name)
		if name != "ks_statistic" && name != "total_variation" && name != "l_infinity" {
			assert.Greater(t, share, 0.003, name)
		}
	}
}
