package modelstatisticsprocessor

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// pairProfile is a profile of two features that always fall into the same of four bins.
func pairProfile(t *testing.T) (*profile.Profile, *joint.Sketcher) {
	t.Helper()
	p := testProfile()
	second := *p.Features[0]
	second.Name = "items"
	p.Features = append(p.Features, &second)
	names := []string{"amount", "items"}
	p.Joint = &profile.Joint{
		Features: names, Correlated: names, Components: [][]float64{{math.Sqrt2 / 2, math.Sqrt2 / 2}}, Bandwidth: 1.5, Frequencies: profile.JointFrequencies, Seed: 1,
		ErrorBounds: []float64{0.5, 1}, ErrorStdDev: 0.5, Trace: 0.5, TraceSquared: 0.1,
	}
	s, err := joint.NewSketcher(p)
	require.NoError(t, err)
	m := &p.Joint.All
	*m = profile.JointMeans{Count: 400, Residuals: make([]float64, 2), Cosines: make([]float64, 64), Sines: make([]float64, 64), Means: make([]float64, 2), Squares: make([]float64, 2), Products: make([]float64, 1)}
	sketch := s.NewSketch()
	cosines, sines := multivariate.PhaseMeans(profile.PhaseBins)
	for bin := range int32(4) {
		s.Sketch([]int32{bin, bin}, sketch)
		for k, phase := range sketch.Phases {
			m.Cosines[k] += cosines[phase] / 4
			m.Sines[k] += sines[phase] / 4
		}
		for i, x := range sketch.Correlated {
			m.Squares[i] += x * x / 4
		}
		m.Products[0] += sketch.Correlated[0] * sketch.Correlated[1] / 4
	}
	return p, s
}

// together are the summaries of so many rows in each of some pairs of bins.
func together(p *profile.Profile, s *joint.Sketcher, at time.Time, each uint64, pairs [][2]int32) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	all := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	histogram := func(name string, bounds []float64, counts []uint64, sum float64, attributes map[string]any) {
		m := all.AppendEmpty()
		m.SetName(name)
		m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		dp := m.Histogram().DataPoints().AppendEmpty()
		_ = dp.Attributes().FromRaw(attributes)
		dp.Attributes().PutStr(semconv.AttrModelName, "fraud")
		dp.Attributes().PutStr(semconv.AttrModelVersion, "1")
		dp.SetTimestamp(stamp(at))
		dp.ExplicitBounds().FromRaw(bounds)
		dp.BucketCounts().FromRaw(counts)
		for _, c := range counts {
			dp.SetCount(dp.Count() + c)
		}
		dp.SetSum(sum)
	}
	phases, errors, product, length := make([][]uint64, 64), make([]uint64, 3), 0.0, 0.0
	for k := range phases {
		phases[k] = make([]uint64, profile.PhaseBins)
	}
	residuals, counts := make([]float64, 2), [][]uint64{make([]uint64, 4), make([]uint64, 4)}
	sketch := s.NewSketch()
	for _, bins := range pairs {
		s.Sketch(bins[:], sketch)
		for k, phase := range sketch.Phases {
			phases[k][phase] += each
		}
		for i := range residuals {
			residuals[i] += sketch.Residuals[i] * float64(each)
			counts[i][bins[i]] += each
		}
		bin, _ := slices.BinarySearch(p.Joint.ErrorBounds, sketch.Error)
		errors[bin] += each
		length += sketch.Error * float64(each)
		product += sketch.Correlated[0] * sketch.Correlated[1] * float64(each)
	}
	for k, c := range phases {
		histogram(semconv.MetricJointPhase, multivariate.PhaseBounds(profile.PhaseBins), c, 0, map[string]any{semconv.AttrProjectionIndex: fmt.Sprintf("%03d", k)})
	}
	histogram(semconv.MetricJointReconstructionError, p.Joint.ErrorBounds, errors, length, nil)
	for i, name := range p.Joint.Features {
		of := map[string]any{semconv.AttrFeatureName: name}
		histogram(semconv.MetricJointResidual, nil, []uint64{each * uint64(len(pairs))}, residuals[i], of)
		histogram(semconv.MetricFeatureValue, bounds, counts[i], 0, of)
	}
	m := all.AppendEmpty()
	m.SetName(semconv.MetricJointProduct)
	m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	dp := m.Sum().DataPoints().AppendEmpty()
	dp.Attributes().PutStr(semconv.AttrModelName, "fraud")
	dp.Attributes().PutStr(semconv.AttrModelVersion, "1")
	dp.Attributes().PutStr(semconv.AttrFeatureName, "amount")
	dp.Attributes().PutStr(semconv.AttrFeatureOther, "items")
	dp.SetTimestamp(stamp(at))
	dp.SetDoubleValue(product)
	return metrics
}

// Two agents' summaries of a pair that goes the other way round, product sums below 0 among them: the correlation went from 1 to -1.
func TestInputsTogetherAreJudged(t *testing.T) {
	p, s := pairProfile(t)
	r := run(t, host{profilesID: &provider{is: p}}, onlyHours)
	defer r.end(t)
	against := [][2]int32{{0, 3}, {1, 2}, {2, 1}, {3, 0}}
	r.send(t, together(p, s, at(1, 10, 10), 40, against), together(p, s, at(1, 10, 11), 60, against), summaries(at(1, 10, 33), 1, 1, 1, 1))
	assert.Equal(t, []string{
		"01 10:30:00 1h ml.feature.drift.detected{ml.drift.statistic=missing_share,ml.feature.name=amount} 0",
		"01 10:30:00 1h ml.feature.drift.detected{ml.drift.statistic=missing_share,ml.feature.name=items} 0",
		"01 10:30:00 1h ml.feature.drift.detected{ml.drift.statistic=out_of_range_share,ml.feature.name=amount} 0",
		"01 10:30:00 1h ml.feature.drift.detected{ml.drift.statistic=out_of_range_share,ml.feature.name=items} 0",
		"01 10:30:00 1h ml.feature.drift.detected{ml.drift.statistic=psi,ml.feature.name=amount} 0",
		"01 10:30:00 1h ml.feature.drift.detected{ml.drift.statistic=psi,ml.feature.name=items} 0",
		"01 10:30:00 1h ml.joint.drift.contribution{ml.feature.name=amount} 0.5",
		"01 10:30:00 1h ml.joint.drift.contribution{ml.feature.name=items} 0.5",
		"01 10:30:00 1h ml.joint.drift.correlation_shift{} 2",
		"01 10:30:00 1h ml.joint.drift.detected{ml.drift.statistic=correlation_shift} 1",
		"01 10:30:00 1h ml.joint.drift.detected{ml.drift.statistic=mmd} 1",
		"01 10:30:00 1h ml.joint.drift.detected{ml.drift.statistic=reconstruction_shift} 1",
		"01 10:30:00 1h ml.joint.drift.pair_shift{ml.feature.name=amount,ml.feature.other=items} -2",
	}, r.said(semconv.Drift("feature", "detected"), semconv.MetricJointDriftDetected, semconv.MetricJointDriftCorrelationShift, semconv.MetricJointDriftContribution, semconv.MetricJointDriftPairShift))
}

func TestMultivariateIsConfigured(t *testing.T) {
	read := func(text map[string]any) *Config {
		c := createDefaultConfig().(*Config)
		require.NoError(t, confmap.NewFromStringMap(map[string]any{"multivariate": text}).Unmarshal(c))
		return c
	}
	c := read(map[string]any{"statistics": []any{"mmd"}, "min_samples": 500, "limits": map[string]any{"mmd": map[string]any{"floor": 0.1}}})
	require.NoError(t, xconfmap.Validate(c))
	assert.Equal(t, uint64(500), c.Multivariate.MinSamples)
	assert.Equal(t, 0.1, c.Multivariate.Limits["mmd"].Floor)
	assert.True(t, c.Multivariate.SameHours, "what is not named stays")
	assert.ErrorContains(t, xconfmap.Validate(read(map[string]any{"limits": map[string]any{"psi": map[string]any{"floor": 0.1}}})), `multivariate: limits::psi: "psi" has no limit`)
	assert.ErrorContains(t, xconfmap.Validate(read(map[string]any{"statistics": []any{"psi"}})), `multivariate: statistics[0]: unknown statistic "psi"`)
	_, err := newJudges(read(map[string]any{"min_samples": 0}))
	assert.ErrorContains(t, err, "multivariate: min_samples: must be 1 or more")
}
