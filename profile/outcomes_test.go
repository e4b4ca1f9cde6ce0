package profile

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

func outcomeProfile() *Profile {
	return &Profile{
		Schema: Schema, Model: "m", Task: Binary, PositiveClass: "1", Rhythm: Rhythm{Cycle: Steady}, Features: []*Variable{},
		Outcomes: []OutcomeSeries{
			{Metric: semconv.MetricOutcomeLoss, Attributes: map[string]string{semconv.AttrLossName: "log"}, Histogram: &OutcomeHistogram{Count: 6, Sum: 1.5}},
			{Metric: semconv.MetricOutcomeOdds, Attributes: map[string]string{semconv.AttrClass: "1", semconv.AttrGroundTruthClass: "1"},
				Exponential: &OutcomeExponential{Scale: 3, Zero: 1, PositiveOffset: -4, Positive: []uint64{1, 0, 4}, Sum: 3}},
			{Metric: semconv.MetricOutcomes, Attributes: map[string]string{semconv.AttrPredictionClass: "1", semconv.AttrGroundTruthClass: "0"}, Sum: 6},
		},
		QualityLimits: map[string]map[string]QualityLimit{"24h": {"accuracy": {Worst: 0.5, Chunks: 7}, "log_loss": {Worst: 2, Chunks: 7, LessIsBetter: true}}},
	}
}

func TestOutcomesAreValidated(t *testing.T) {
	require.NoError(t, outcomeProfile().Validate())
	for want, change := range map[string]func(p *Profile){
		"outcomes[0].metric is empty; must be the name of a summary":                                    func(p *Profile) { p.Outcomes[0].Metric = "" },
		"outcomes[2] is there twice: ml.outcomes":                                                       func(p *Profile) { p.Outcomes[1] = p.Outcomes[2] },
		"outcomes[2].sum is -1; must be 0 or more":                                                      func(p *Profile) { p.Outcomes[2].Sum = -1 },
		"outcomes[0].histogram.sum is NaN; must be finite":                                              func(p *Profile) { p.Outcomes[0].Histogram.Sum = math.NaN() },
		"outcomes[1] has a histogram and an exponential; must have one of both":                         func(p *Profile) { p.Outcomes[1].Histogram = &OutcomeHistogram{} },
		"outcomes[1].exponential.scale is 21; must be from -11 to 20":                                   func(p *Profile) { p.Outcomes[1].Exponential.Scale = 21 },
		"outcomes[1].exponential.sum is +Inf; must be finite":                                           func(p *Profile) { p.Outcomes[1].Exponential.Sum = math.Inf(1) },
		"outcomes[1].exponential.positive has 2561 buckets; must have at most 2560":                     func(p *Profile) { p.Outcomes[1].Exponential.Positive = make([]uint64, 2561) },
		"outcomes[1].exponential.negative_offset is 2000000000; must be from -1127219200 to 1127219200": func(p *Profile) { p.Outcomes[1].Exponential.NegativeOffset = 2_000_000_000 },
		"outcomes has 50001 series; must have at most 50000":                                            func(p *Profile) { p.Outcomes = make([]OutcomeSeries, 50_001) },
		"quality_limits.24h.f1.worst is NaN; must be finite":                                            func(p *Profile) { p.QualityLimits["24h"]["f1"] = QualityLimit{Worst: math.NaN()} },
		"quality_limits.24h.f1.chunks is -1; must not be negative":                                      func(p *Profile) { p.QualityLimits["24h"]["f1"] = QualityLimit{Chunks: -1} },
	} {
		p := outcomeProfile()
		change(p)
		assert.ErrorContains(t, p.Validate(), want)
	}
}

func TestOutcomesAreWrittenAndRead(t *testing.T) {
	p := outcomeProfile()
	var out bytes.Buffer
	require.NoError(t, p.Write(&out))
	assert.Contains(t, out.String(), `"positive": [1,0,4]`)
	read, err := Read(&out)
	require.NoError(t, err)
	assert.Equal(t, p.Outcomes, read.Outcomes)
	assert.Equal(t, p.QualityLimits, read.QualityLimits)
	assert.Equal(t, uint64(6), read.OutcomeRows())
}

func TestOutcomesAreMerged(t *testing.T) {
	a, b := outcomeProfile(), outcomeProfile()
	b.Outcomes[1].Exponential = &OutcomeExponential{Scale: 2, PositiveOffset: -2, Positive: []uint64{2, 2}}
	b.Outcomes = append(b.Outcomes, OutcomeSeries{Metric: semconv.MetricOutcomeError, Exponential: &OutcomeExponential{Zero: 3}})
	b.QualityLimits = map[string]map[string]QualityLimit{"24h": {"accuracy": {Worst: 0.4, Chunks: 2}, "log_loss": {Worst: 1, Chunks: 2, LessIsBetter: true}}, "7d": {"f1": {Worst: 1, Chunks: 1}}}
	m, err := Merge(a, b)
	require.NoError(t, err)
	assert.Equal(t, []OutcomeSeries{
		{Metric: semconv.MetricOutcomeError, Exponential: &OutcomeExponential{Zero: 3}},
		{Metric: semconv.MetricOutcomeLoss, Attributes: a.Outcomes[0].Attributes, Histogram: &OutcomeHistogram{Count: 12, Sum: 3}},
		{Metric: semconv.MetricOutcomeOdds, Attributes: a.Outcomes[1].Attributes, Exponential: &OutcomeExponential{Scale: 2, Zero: 1, PositiveOffset: -2, Positive: []uint64{3, 6}, Sum: 3}},
		{Metric: semconv.MetricOutcomes, Attributes: a.Outcomes[2].Attributes, Sum: 12},
	}, m.Outcomes)
	assert.Equal(t, map[string]map[string]QualityLimit{
		"24h": {"accuracy": {Worst: 0.4, Chunks: 9}, "log_loss": {Worst: 2, Chunks: 9, LessIsBetter: true}}, "7d": {"f1": {Worst: 1, Chunks: 1}},
	}, m.QualityLimits)
	assert.Equal(t, []uint64{1, 0, 4}, a.Outcomes[1].Exponential.Positive, "a stays as it is")
}

func TestDiffOfOutcomes(t *testing.T) {
	with, without := outcomeProfile(), outcomeProfile()
	without.Outcomes = nil
	assert.Empty(t, Diff(with, with))
	assert.Equal(t, []Difference{{Path: "outcomes", Text: "added: 6 rows with ground truth"}}, Diff(without, with))
	assert.Equal(t, []Difference{{Path: "outcomes", Text: "removed"}}, Diff(with, without))
}

func TestOutcomeExponentialIsTrimmed(t *testing.T) {
	e := NewOutcomeExponential(&summary.Exponential{Scale: 1, Positive: summary.Buckets{Offset: 5, Counts: []uint64{0, 0, 3, 1, 0}}, Negative: summary.Buckets{Offset: 7, Counts: []uint64{0}}})
	assert.Equal(t, &OutcomeExponential{Scale: 1, PositiveOffset: 7, Positive: []uint64{3, 1}}, e)
}
