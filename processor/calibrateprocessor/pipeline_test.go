package calibrateprocessor

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/connector/modelsummaryconnector"
	"github.com/leeway-ml/leeway/extension/profilesextension"
	"github.com/leeway-ml/leeway/processor/modelstatisticsprocessor"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
)

// stream draws outcomes of a model that is too sure of itself.
type stream struct{ random *rand.Rand }

func (s *stream) next() (score float64, positive bool) {
	x := 2.5 * s.random.NormFloat64()
	return 1 / (1 + math.Exp(-x)), s.random.Float64() < 1/(1+math.Exp(-x/2.5+0.3))
}

// From outcomes to calibrated scores, through the real components: outcomes are summarised, the calibration of a week is judged, the best
// calibrator is published, served, and applied to what comes later, whose scores are then probabilities.
func TestFromOutcomesToCalibratedScores(t *testing.T) {
	ctx := context.Background()
	extensions := profilesextension.NewFactory()
	extensionConfig := extensions.CreateDefaultConfig().(*profilesextension.Config)
	extensionConfig.Directory = ""
	server := extensionConfig.Server.GetOrInsertDefault()
	*server = confighttp.NewDefaultServerConfig()
	server.NetAddr.Endpoint = "127.0.0.1:0"
	settings := extensiontest.NewNopSettings(extensions.Type())
	core, log := observer.New(zap.InfoLevel)
	settings.Logger = zap.New(core)
	profiles, err := extensions.Create(ctx, settings, extensionConfig)
	require.NoError(t, err)
	h := host{profilesID: profiles}
	require.NoError(t, profiles.Start(ctx, h))
	defer func() { require.NoError(t, profiles.Shutdown(ctx)) }()
	address := log.FilterMessage("Serving profiles over HTTP").All()[0].ContextMap()["address"].(string)

	sink := &consumertest.MetricsSink{}
	statistics := modelstatisticsprocessor.NewFactory()
	judging, err := statistics.CreateMetrics(ctx, processortest.NewNopSettings(statistics.Type()), statistics.CreateDefaultConfig(), sink)
	require.NoError(t, err)
	require.NoError(t, judging.Start(ctx, h))
	defer func() { require.NoError(t, judging.Shutdown(ctx)) }()
	summaries := modelsummaryconnector.NewFactory()
	summaryConfig := summaries.CreateDefaultConfig().(*modelsummaryconnector.Config)
	summaryConfig.FlushInterval = 0
	summarising, err := summaries.CreateLogsToMetrics(ctx, connectortest.NewNopSettings(summaries.Type()), summaryConfig, judging)
	require.NoError(t, err)
	require.NoError(t, summarising.Start(ctx, h))
	defer func() { require.NoError(t, summarising.Shutdown(ctx)) }()

	s := &stream{rand.New(rand.NewPCG(1, 2))}
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for hour := range 8 * 24 {
		logs := plog.NewLogs()
		records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for i := range 40 {
			at := start.Add(time.Duration(hour)*time.Hour + time.Duration(i)*90*time.Second)
			score, positive := s.next()
			record := records.AppendEmpty()
			record.SetEventName(semconv.EventOutcome)
			record.SetTimestamp(pcommon.NewTimestampFromTime(at))
			attributes := record.Attributes()
			attributes.PutStr(semconv.AttrModelName, "fraud")
			attributes.PutStr(semconv.AttrModelVersion, "1")
			attributes.PutDouble(semconv.AttrPredictionScore, score)
			attributes.PutInt(semconv.AttrPredictionTime, at.Add(-time.Hour).UnixNano())
			class := "0"
			if positive {
				class = "1"
			}
			attributes.PutStr(semconv.AttrGroundTruthClass, class)
		}
		require.NoError(t, summarising.ConsumeLogs(ctx, logs))
	}

	said := last(sink)
	assert.Equal(t, 1.0, said[semconv.MetricCalibrationDegraded+" 7d"])
	assert.InDelta(t, 0.4, said[semconv.MetricCalibrationSlope+" none 7d"], 0.05)
	assert.Less(t, said[semconv.MetricCalibrationECE+" platt 7d"], said[semconv.MetricCalibrationECE+" identity 7d"]/3)
	assert.Contains(t, said, semconv.MetricCalibrationObserved+" 7d")

	response, err := http.Get("http://" + address + "/v1/calibrators/fraud/1")
	require.NoError(t, err)
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	served, err := profile.ReadCalibrator(content)
	require.NoError(t, err, string(content))
	assert.Equal(t, "1", served.Class)
	assert.Equal(t, "7d", served.Window)
	assert.Less(t, served.Judged.BrierAfter, served.Judged.BrierBefore)
	assert.LessOrEqual(t, served.Revision, uint64(3), "the model is the same all week")

	r := run(t, createDefaultConfig().(*Config), h)
	var raw, after calibration.Bins = make([]calibration.Bin, calibration.Width), make([]calibration.Bin, calibration.Width)
	for range 5000 {
		score, positive := s.next()
		require.NoError(t, r.logs.ConsumeLogs(ctx, prediction(score)))
		out := r.logsSink.AllLogs()
		v, ok := out[len(out)-1].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().Get(semconv.AttrPredictionCalibratedScore)
		require.True(t, ok)
		require.InDelta(t, served.Method.Apply(score), v.Double(), 1e-15)
		for bins, x := range map[*calibration.Bins]float64{&raw: score, &after: v.Double()} {
			b := calibration.Bin{Negatives: 1, NegativeScores: x}
			if positive {
				b = calibration.Bin{Positives: 1, PositiveScores: x}
			}
			(*bins)[calibration.BinIndex(x, calibration.Width)].Add(b)
		}
	}
	assert.Greater(t, raw.ECE(), 0.1)
	assert.Less(t, after.ECE(), 0.03)
	t.Logf("%s, revision %d; ECE of later predictions: %.4f before, %.4f after", served.Method.Name(), served.Revision, raw.ECE(), after.ECE())
}

// last are the last values of statistics by metric, calibrator and window.
func last(sink *consumertest.MetricsSink) map[string]float64 {
	values := map[string]float64{}
	for _, metrics := range sink.AllMetrics() {
		for _, rm := range metrics.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if known, ok := semconv.Lookup(m.Name()); !ok || known.Kind != semconv.Statistic {
						continue
					}
					for _, point := range m.Gauge().DataPoints().All() {
						key := m.Name()
						for _, label := range []string{semconv.AttrCalibratorName, semconv.AttrWindow} {
							if v, ok := point.Attributes().Get(label); ok {
								key += " " + v.Str()
							}
						}
						values[key] = point.DoubleValue()
					}
				}
			}
		}
	}
	return values
}
