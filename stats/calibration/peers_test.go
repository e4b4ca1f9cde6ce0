package calibration

import (
	"cmp"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/scores"
)

// TestPeers: what other people's software (testdata/peers.py says which) makes of the same scores and truths.
func TestPeers(t *testing.T) {
	text, err := os.ReadFile("testdata/peers.json")
	require.NoError(t, err)
	var peers struct {
		Cases map[string]struct {
			Scores         []float64
			Truths         []int
			HosmerLemeshow struct {
				Statistic float64
				Groups    int
				P         float64
			} `json:"hosmer_lemeshow"`
			SpiegelhalterZ float64 `json:"spiegelhalter_z"`
			Beta           struct {
				A, B       float64
				Scores     []float64
				Calibrated []float64
				Solved     [3]float64
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &peers))
	require.Len(t, peers.Cases, 3)
	for name, c := range peers.Cases {
		order := make([]int, len(c.Scores))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.Scores[a], c.Scores[b]) })
		table := &scores.Table{}
		for _, i := range order {
			x, y := c.Scores[i], float64(c.Truths[i])
			table.Bins = append(table.Bins, scores.Bin{Low: x, High: x, Score: x})
			table.Positives, table.Negatives = append(table.Positives, y), append(table.Negatives, 1-y)
		}

		hl := HosmerLemeshow(table)
		assert.InEpsilon(t, c.HosmerLemeshow.Statistic, hl.Statistic, 1e-9, name)
		assert.Equal(t, c.HosmerLemeshow.Groups, hl.Groups, name)
		assert.InDelta(t, c.HosmerLemeshow.P, hl.P, 1e-12, name)
		assert.InEpsilon(t, c.SpiegelhalterZ, SpiegelhalterZ(table), 1e-9, name)

		beta, err := FitBeta(table)
		require.NoError(t, err, name)
		for i, x := range []float64{beta.A, beta.B, beta.C} {
			assert.InEpsilon(t, c.Beta.Solved[i], x, 1e-7, "%s: parameter %d", name, i)
		}
		// betacal stops short of the maximum likelihood.
		assert.InDelta(t, c.Beta.A, beta.A, 0.02, name)
		assert.InDelta(t, c.Beta.B, beta.B, 0.02, name)
		for i, x := range c.Beta.Scores {
			assert.InDelta(t, c.Beta.Calibrated[i], beta.Apply(x), 1e-3, "%s at %v", name, x)
		}
	}
}
