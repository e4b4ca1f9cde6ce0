package estimate

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfig(t *testing.T) {
	require.NoError(t, DefaultConfig().Validate())
	for name, test := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"unknown statistic": {func(c *Config) { c.Statistics = []string{"accuracy", "ndcg"} },
			`statistics[1]: "ndcg" can't be estimated; use "all", or some of accuracy, precision, recall, specificity, f1, roc_auc, average_precision, log_loss, brier_score, positive_share, mae, rmse`},
		"all and more":   {func(c *Config) { c.Statistics = []string{"all", "f1"} }, `statistics[0]: "all" stands alone`},
		"no samples":     {func(c *Config) { c.MinSamples = 0 }, "min_samples: must be 1 or more, is 0"},
		"no calibrator":  {func(c *Config) { c.Calibrator = "" }, `calibrator: unknown calibrator ""; use one of auto, isotonic, platt, none`},
		"one not for it": {func(c *Config) { c.Calibrator = "beta" }, `calibrator: unknown calibrator "beta"; use one of auto, isotonic, platt, none`},
	} {
		cfg := DefaultConfig()
		test.change(cfg)
		assert.EqualError(t, cfg.Validate(), test.want, name)
		_, err := New(cfg)
		assert.EqualError(t, err, "estimate: "+test.want, name)
	}
}
