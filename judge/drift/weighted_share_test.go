package drift

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// The amount drifted, the country did not: the share is a half, the weighted share what the importances make of it. Features that are not judged,
// and those without an importance, weigh nothing.
func TestWeightedShare(t *testing.T) {
	for name, test := range map[string]struct {
		amount, country *float64
		want            any // nil: no point
	}{
		"the important one":            {new(3.0), new(1.0), 0.75},
		"the unimportant one":          {new(0.0), new(1.0), 0.0},
		"no importances":               {nil, nil, nil},
		"none matters":                 {new(0.0), new(0.0), nil},
		"one of unknown importance":    {nil, new(2.0), 0.0},
		"only the drifted one matters": {new(0.5), nil, 1.0},
	} {
		t.Run(name, func(t *testing.T) {
			p := fraud()
			p.Features[0].Importance, p.Features[1].Importance = test.amount, test.country
			p.Features = append(p.Features, &profile.Variable{Name: "absent", Type: profile.Boolean, Categories: []string{"false", "true"}, Counts: []uint64{5, 5, 0}, Importance: new(100.0)})
			got := byName(newJudge(t, nil).Judge(window(
				amounts(fraud().Features[0].Bounds, 500, 0, 0, 0, 0, 0, 0, 0, 0, 50), country("DE", 275), country("FR", 165), country("IT", 110),
			), p))
			require.Equal(t, 0.5, got[semconv.MetricModelDriftShare])
			share, ok := got[semconv.MetricModelDriftWeightedShare]
			if test.want == nil {
				assert.False(t, ok)
				return
			}
			require.True(t, ok)
			assert.Equal(t, test.want, share)
		})
	}
}
