package multivariate

import (
	"math"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// measured is a statistic's value and what sampling alone makes of it. The value is NaN where it could not be measured.
type measured struct {
	value float64
	noise multivariate.Noise
}

func (m measured) known() bool {
	return !math.IsNaN(m.value) && !math.IsInf(m.value, 0) && m.noise.MeanSquare >= 0 && !math.IsInf(m.noise.MeanSquare, 1)
}

// verdict says whether a statistic is too far, and by what it was measured.
type verdict struct {
	// threshold is what the value's size must exceed: then its excess over the noise to be expected exceeds the limit.
	threshold float64
	// noise is the 99th percentile of what sampling alone gives; the value's size must exceed it too.
	noise float64
	far   bool
}

func (j *Judge) verdict(m measured, limit float64) verdict {
	v := verdict{threshold: m.noise.Threshold(limit), noise: m.noise.P99}
	size := math.Abs(m.value)
	v.far = size > v.threshold && (!j.cfg.BeyondNoise || !(size <= v.noise))
	return v
}

// limit is the larger of the floor and factor times what the reference's chunks of this length strayed, or the constant
// where there were too few of them.
func (j *Judge) limit(s statistic, learned map[string]map[string]profile.Limit, window string) float64 {
	l := j.limits[s]
	chunks, ok := learned[window][table[s].name]
	if !ok || chunks.Chunks < j.cfg.MinChunks {
		return l.Constant
	}
	return max(l.Floor, j.cfg.Factor*chunks.Greatest)
}
