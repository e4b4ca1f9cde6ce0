package drift

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// Limits: of the chunks, of the floor, of the constant; for all features and for one.
func TestLimits(t *testing.T) {
	for name, test := range map[string]struct {
		limits map[string]profile.Limit
		change func(*Config)
		want   float64
	}{
		"no chunks":       {nil, nil, 0.2},
		"four chunks":     {map[string]profile.Limit{"psi": {Greatest: 3, Chunks: 4}}, nil, 0.2},
		"calm chunks":     {map[string]profile.Limit{"psi": {Greatest: 0.01, Chunks: 5}}, nil, 0.1},
		"negative excess": {map[string]profile.Limit{"psi": {Greatest: -0.01, Chunks: 50}}, nil, 0.1},
		"wild chunks":     {map[string]profile.Limit{"psi": {Greatest: 0.5, Chunks: 5}}, nil, 0.6},
		"of KS only":      {map[string]profile.Limit{"ks_statistic": {Greatest: 0.5, Chunks: 5}}, nil, 0.2},
		"factor":          {map[string]profile.Limit{"psi": {Greatest: 0.5, Chunks: 5}}, func(c *Config) { c.Factor = 2 }, 1},
		"min chunks":      {map[string]profile.Limit{"psi": {Greatest: 0.5, Chunks: 5}}, func(c *Config) { c.MinChunks = 6 }, 0.2},
		"configured":      {nil, func(c *Config) { c.Limits = map[string]Limit{"psi": {Constant: 0.3}} }, 0.3},
		"for one feature": {nil, func(c *Config) {
			c.Features = map[string]Override{"amount": {Limits: map[string]Limit{"psi": {Constant: 0.4}}}}
		}, 0.4},
		"for another": {nil, func(c *Config) {
			c.Features = map[string]Override{"age": {Limits: map[string]Limit{"psi": {Constant: 0.4}}}}
		}, 0.2},
		"KS is primary":     {map[string]profile.Limit{"ks_statistic": {Greatest: 0.5, Chunks: 5}}, func(c *Config) { c.Primary = "ks_statistic" }, 0.6},
		"KS for one":        {nil, func(c *Config) { c.Features = map[string]Override{"amount": {Primary: "ks_statistic"}} }, 0.2},
		"Wasserstein":       {nil, func(c *Config) { c.Primary = "wasserstein" }, 0.2},
		"total variation":   {nil, func(c *Config) { c.Primary = "total_variation" }, 0.2},
		"mean shift":        {nil, func(c *Config) { c.Primary = "mean_shift" }, 0.2},
		"half of PSI is KL": {nil, func(c *Config) { c.Primary = "kl" }, 0.1},
	} {
		t.Run(name, func(t *testing.T) {
			p := fraud()
			if test.limits != nil {
				p.Features[0].Limits = map[string]map[string]profile.Limit{"1h": test.limits}
			}
			j := newJudge(t, test.change)
			got := byName(j.Judge(window(amounts(p.Features[0].Bounds, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50)), p))
			primary := j.features["amount"]
			if primary == nil {
				primary = j.feature
			}
			statistic := table[primary.primary].name
			expected := 0.0
			switch statistic {
			case "psi":
				expected = 9 * (1.0/500 + 1.0/1000)
			case "kl":
				expected = 9 * (1.0/500 + 1.0/1000) / 2
			}
			assert.InDelta(t, test.want+expected, got["ml.feature.drift."+statistic+"_threshold amount"], 1e-9)
			assert.Positive(t, got["ml.feature.drift."+statistic+"_noise amount"])
			assert.Contains(t, got, "ml.feature.drift.detected "+statistic+" amount")
		})
	}
}

// A value above its threshold is not called while chance may explain it.
func TestNoise(t *testing.T) {
	p := fraud()
	p.Features[0].Limits = map[string]map[string]profile.Limit{"1h": {"psi": {Chunks: 10}}}
	// 100 observations: PSI 0.24 is above 0.1 + 9 x 0.011 = 0.199, and a little above 21.67 x 0.011 = 0.2383.
	for name, test := range map[string]struct {
		counts []uint64
		want   float64
	}{
		"beyond the noise": {[]uint64{17, 15, 14, 9, 8, 7, 5, 6, 6, 13}, 0},
		"far beyond":       {[]uint64{20, 20, 14, 8, 8, 6, 6, 5, 5, 8}, 1},
	} {
		w := window(amounts(p.Features[0].Bounds, test.counts...))
		got := byName(newJudge(t, nil).Judge(w, p))
		without := byName(newJudge(t, func(c *Config) { c.BeyondNoise = false }).Judge(w, p))
		psi, noise := got["ml.feature.drift.psi amount"], got["ml.feature.drift.psi_noise amount"]
		assert.InDelta(t, 21.666*0.011, noise, 1e-5)
		assert.Equal(t, test.want, got["ml.feature.drift.detected psi amount"], "%s: %v, noise %v", name, psi, noise)
		assert.Equal(t, psi > 0.199, without["ml.feature.drift.detected psi amount"] == 1, name)
	}
}

func TestShareThreshold(t *testing.T) {
	for name, test := range map[string]struct {
		current, reference, n, m, limit float64
		want                            bool
	}{
		"clear":                   {0.1, 0.01, 1000, 10_000, 0.02, true},
		"fewer is a change too":   {0.01, 0.1, 1000, 10_000, 0.02, true},
		"below the limit":         {0.025, 0.01, 1e6, 1e6, 0.02, false},
		"within three errors":     {0.14, 0.1, 100, 10_000, 0.02, false},
		"a wide limit":            {0.3, 0.1, 1000, 10_000, 0.3, false},
		"the same":                {0, 0, 100, 100, 0.02, false},
		"nothing but missing now": {1, 0, 100, 100, 0.02, true},
	} {
		assert.Equal(t, test.want, math.Abs(test.current-test.reference) > shareThreshold(test.current, test.reference, test.n, test.m, test.limit, true), name)
	}
	assert.Equal(t, 0.02, shareThreshold(0.14, 0.1, 100, 10_000, 0.02, false))
}

func TestOverrides(t *testing.T) {
	w := window(amounts(fraud().Features[0].Bounds, 500, 0, 0, 0, 0, 0, 0, 0, 0, 0), country("FR", 500))
	got := byName(newJudge(t, func(c *Config) { c.Features = map[string]Override{"amount": {Ignore: true}} }).Judge(w, fraud()))
	assert.NotContains(t, got, "ml.feature.drift.psi amount")
	assert.Equal(t, 1.0, got["ml.feature.drift.detected psi country"])
	assert.Equal(t, 500.0, got["ml.statistics.samples feature"])

	got = byName(newJudge(t, func(c *Config) { c.Features = map[string]Override{"amount": {MinSamples: 501}} }).Judge(w, fraud()))
	assert.NotContains(t, got, "ml.feature.drift.psi amount")

	got = byName(newJudge(t, func(c *Config) { c.Primary = "wasserstein" }).Judge(w, fraud()))
	assert.Equal(t, 1.0, got["ml.feature.drift.detected wasserstein amount"])
	assert.Equal(t, 1.0, got["ml.feature.drift.detected psi country"], "categories have no order")

	got = byName(newJudge(t, func(c *Config) { c.Statistics = []string{"hellinger", "mean"} }).Judge(w, fraud()))
	assert.Contains(t, got, "ml.feature.drift.hellinger amount")
	assert.Contains(t, got, "ml.feature.mean amount")
	assert.Contains(t, got, "ml.feature.drift.psi amount", "the primary one always")
	assert.NotContains(t, got, "ml.feature.drift.js_distance amount")
	assert.NotContains(t, got, "ml.feature.missing_share amount")
}

// Missing values, of the hours that rows came in, not only of those with values.
func TestMissingShareFollowsTheHours(t *testing.T) {
	p := fraud()
	v := p.Features[0]
	p.Rhythm.Cycle = profile.Day
	v.Missing = 5000 // all at night, hour 3
	v.Hours = &profile.Hours{Counts: make([][]uint64, 24), Missing: make([]uint64, 24)}
	for h := range v.Hours.Counts {
		v.Hours.Counts[h] = make([]uint64, 10)
		for i := range v.Hours.Counts[h] {
			if h != 3 {
				v.Hours.Counts[h][i] = 4
			}
		}
	}
	v.Hours.Missing[3] = 5000
	night := []summary.HourCount{{Hour: 3, Count: 400}}
	missing := invalid("amount", "missing", 400)
	missing.Hours = night
	got := byName(newJudge(t, func(c *Config) { c.Statistics = []string{"all"} }).Judge(window(missing), p))
	assert.Equal(t, 1.0, got["ml.feature.missing_share amount"])
	assert.InDelta(t, (5000+50*5000.0/6000)/5050, got["ml.feature.missing_share_reference amount"], 1e-9)
	assert.Equal(t, 0.0, got["ml.feature.drift.detected missing_share amount"])

	day := missing
	day.Hours = []summary.HourCount{{Hour: 12, Count: 400}}
	got = byName(newJudge(t, nil).Judge(window(day), p))
	assert.Equal(t, 1.0, got["ml.feature.drift.detected missing_share amount"])
}
