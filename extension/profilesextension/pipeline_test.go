package profilesextension

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/leeway-ml/leeway/connector/modelsummaryconnector"
	"github.com/leeway-ml/leeway/processor/modelstatisticsprocessor"
	"github.com/leeway-ml/leeway/profile"
)

// Events through the real connector and processor: a profile is learned, is exact, and is what later events are judged by.
func TestPipelineLearnsAndJudges(t *testing.T) {
	ctx := context.Background()
	r := learnRig(t, func(l *LearnConfig) { l.Observations, l.Duration = 0, 24*time.Hour }, nil, nil)
	sink := &consumertest.MetricsSink{}
	extensions := host{component.MustNewID("profiles"): r.profiles}

	statistics := modelstatisticsprocessor.NewFactory()
	judging, err := statistics.CreateMetrics(ctx, processortest.NewNopSettings(statistics.Type()), statistics.CreateDefaultConfig(), sink)
	require.NoError(t, err)
	require.NoError(t, judging.Start(ctx, extensions))
	defer func() { require.NoError(t, judging.Shutdown(ctx)) }()
	summaries := modelsummaryconnector.NewFactory()
	config := summaries.CreateDefaultConfig().(*modelsummaryconnector.Config)
	config.FlushInterval = 0
	summarising, err := summaries.CreateLogsToMetrics(ctx, connectortest.NewNopSettings(summaries.Type()), config, judging)
	require.NoError(t, err)
	require.NoError(t, summarising.Start(ctx, extensions))
	defer func() { require.NoError(t, summarising.Shutdown(ctx)) }()

	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	random := rand.New(rand.NewPCG(1, 1))
	var amounts []float64
	countries := map[string]uint64{}
	for hour := range 48 {
		logs := plog.NewLogs()
		records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for i := range 200 {
			at := start.Add(time.Duration(hour)*time.Hour + time.Duration(i)*18*time.Second)
			amount, country := 100+10*random.NormFloat64(), []string{"DE", "FR", "US"}[random.IntN(3)]
			if hour < 24 {
				amounts = append(amounts, amount)
				countries[country]++
			}
			if hour >= 30 {
				amount *= 1.5
			}
			record := records.AppendEmpty()
			record.SetEventName("ml.prediction")
			record.SetTimestamp(pcommon.NewTimestampFromTime(at))
			attributes := record.Attributes()
			attributes.PutStr("ml.model.name", "fraud")
			attributes.PutStr("ml.model.version", "3")
			attributes.PutDouble("ml.prediction.score", random.Float64())
			inputs := attributes.PutEmptyMap("ml.inputs")
			inputs.PutDouble("amount", amount)
			inputs.PutStr("country", country)
		}
		require.NoError(t, summarising.ConsumeLogs(ctx, logs))
		r.learning.finish(ctx)
	}

	p := r.Profile("fraud", "3")
	require.NotNil(t, p)
	assert.Equal(t, uint64(len(amounts)), p.Provenance.Rows)
	assert.Equal(t, profile.Binary, p.Task)
	amount := p.Feature("amount")
	counts := make([]uint64, len(amount.Counts))
	var sum float64
	for _, x := range amounts {
		counts[amount.Bin(x)]++
		sum += x
	}
	assert.Equal(t, counts, amount.Counts)
	assert.InEpsilon(t, sum/float64(len(amounts)), amount.Mean, 1e-9)
	country := p.Feature("country")
	for i, category := range country.Categories {
		assert.Equal(t, countries[category], country.Counts[i])
	}
	require.NotNil(t, p.Score("1"))
	assert.Equal(t, uint64(len(amounts)), p.Score("1").Observed())

	detected := map[string]float64{}
	drifted := func(hour int) float64 {
		at := pcommon.NewTimestampFromTime(start.Add(time.Duration(hour) * time.Hour))
		for _, metrics := range sink.AllMetrics() {
			for _, rm := range metrics.ResourceMetrics().All() {
				for _, sm := range rm.ScopeMetrics().All() {
					for _, m := range sm.Metrics().All() {
						if m.Name() != "ml.feature.drift.detected" {
							continue
						}
						for _, point := range m.Gauge().DataPoints().All() {
							name, _ := point.Attributes().Get("ml.feature.name")
							window, _ := point.Attributes().Get("ml.window")
							if point.Timestamp() == at && window.Str() == "1h" {
								detected[name.Str()] = point.DoubleValue()
							}
						}
					}
				}
			}
		}
		value, ok := detected["amount"]
		if !ok {
			return math.NaN()
		}
		return value
	}
	assert.Equal(t, 0.0, drifted(29), "as the day that was learned")
	assert.Equal(t, 1.0, drifted(40), "half as much again")
	assert.Equal(t, 0.0, detected["country"])
}
