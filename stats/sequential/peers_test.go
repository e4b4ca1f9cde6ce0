package sequential

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPeers: evidence, bounds and correlations that testdata/peers.py has from scipy's likelihoods.
func TestPeers(t *testing.T) {
	text, err := os.ReadFile("testdata/peers.json")
	require.NoError(t, err)
	var peers struct {
		Cases []struct {
			Law         string
			Variation   float64
			Count, Sum  []float64
			Baseline    float64
			Starts      []int
			Evidence    float64
			Nats, Upper float64
			Correlation float64
		}
	}
	require.NoError(t, json.Unmarshal(text, &peers))
	require.Len(t, peers.Cases, 5)
	for i, c := range peers.Cases {
		var law Law = Bounded{}
		if c.Law == "positive" {
			law = Positive{c.Variation}
		}
		var panes []Pane
		for k := range c.Count {
			panes = append(panes, Pane{c.Count[k], c.Sum[k]})
		}
		var starts []Start
		for _, pane := range c.Starts {
			starts = append(starts, Start{Pane: pane, Baseline: c.Baseline})
		}
		assert.InEpsilon(t, c.Evidence, Evidence(law, panes, starts), 1e-9, "case %d", i)
		assert.InEpsilon(t, c.Upper, Upper(law, panes, 0, c.Nats), 1e-9, "case %d", i)
		assert.InDelta(t, c.Correlation, Correlation(law, panes), 1e-12, "case %d", i)
	}
}
