package modelrollupprocessor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestConfig(t *testing.T) {
	configs, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	for name, want := range map[string]string{
		"defaults": "",
		"all":      "",
		"wrong": "emit_interval: 0s must be at least 1s\nmax_stale: 1s must be at least 1m0s\nmax_future: -1s must be at least 0s\n" +
			"limits::max_models: 0 must be at least 1\nlimits::max_series: -5 must be at least 1",
	} {
		t.Run(name, func(t *testing.T) {
			config := defaults()
			part, err := configs.Sub(name)
			require.NoError(t, err)
			require.NoError(t, part.Unmarshal(config))
			err = config.Validate()
			if want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, want)
			}
		})
	}
	part, err := configs.Sub("unknown")
	require.NoError(t, err)
	assert.ErrorContains(t, part.Unmarshal(defaults()), "max_stall")
}

func TestWithoutProfiles(t *testing.T) {
	r := run(t, defaults(), nil)
	r.send(t, sum("delay", semconv.MetricPredictions, noon, 3), values("delay", noon, 1, 0, 0, 0, 0, 0))
	last, _ := r.totals()
	assert.Equal(t, map[string]float64{"ml.predictions{ml.model.name=delay, ml.model.version=unknown}": 3}, last)
	assert.Equal(t, 1, r.logs.FilterMessageSnippet("no extension serves reference profiles").Len())
}

func TestUnknownExtension(t *testing.T) {
	config := defaults()
	id := component.MustNewIDWithName("profiles", "elsewhere")
	config.Profiles = &id
	p, err := newRollup(settings(), config, consumertest.NewNop())
	require.NoError(t, err)
	assert.ErrorContains(t, p.Start(t.Context(), host{}), "profiles/elsewhere")
	assert.NoError(t, p.Shutdown(t.Context()))
	assert.NoError(t, p.Shutdown(t.Context()), "twice")
}

// TestLimits: what is beyond is refused and counted; what is there goes on.
func TestLimits(t *testing.T) {
	config := defaults()
	config.Limits = Limits{MaxModels: 2, MaxSeries: 4}
	r := run(t, config, serve(amounts("delay")))
	for i := range 1000 {
		r.send(t, sum(fmt.Sprint("invented ", i), semconv.MetricPredictions, noon, 1))
	}
	r.send(t, values("delay", noon, 1, 0, 0, 0, 0, 0)) // has a profile: invented names can't displace it
	for i := range 1000 {
		r.send(t, sum("delay", semconv.MetricFeatureInvalid, noon, 1, semconv.AttrFeatureName, fmt.Sprint("invented ", i)))
	}
	r.send(t, values("delay", noon.Add(time.Minute), 1, 0, 0, 0, 0, 0))
	last, _ := r.totals()
	assert.Equal(t, 2.0, last[firstBin])
	telemetry := describeTelemetry(t, r.telemetry)
	assert.Contains(t, telemetry, "points_refused{model=__overflow__, reason=model_limit} 998\n")
	assert.Contains(t, telemetry, "points_refused{model=delay, reason=series_limit} 999\n")
	assert.Contains(t, telemetry, "otelcol_model_rollup_models 3\n")
	assert.Contains(t, telemetry, "otelcol_model_rollup_series 6\n")
	assert.Equal(t, 1, r.logs.FilterMessageSnippet("limits::max_series").Len())
}

// TestNextFails: the error must not make the sender send again, and nothing is lost: the totals go out with the next batch.
func TestNextFails(t *testing.T) {
	r := runInto(t, defaults(), serve(amounts("delay")), consumertest.NewErr(errors.New("full")))
	err := r.ConsumeMetrics(t.Context(), values("delay", noon, 1, 0, 0, 0, 0, 0))
	assert.ErrorContains(t, err, "full")
	assert.True(t, consumererror.IsPermanent(err))
	assert.EqualValues(t, 1, r.counter(t, "otelcol_model_rollup_emit_failures"))

	r.sink = new(consumertest.MetricsSink)
	r.next = r.sink
	r.send(t, values("delay", noon.Add(time.Minute), 1, 0, 0, 0, 0, 0))
	last, _ := r.totals()
	assert.Equal(t, 2.0, last[firstBin])
}

// TestBatchesAreSplit: a replay of years makes more points than a receiver may take at once.
func TestBatchesAreSplit(t *testing.T) {
	r := run(t, defaults(), serve(amounts("delay")))
	batch := pmetric.NewMetrics()
	for minute := range 20_000 {
		values("delay", noon.Add(time.Duration(minute)*time.Minute), 1, 0, 1, 0, 1, 0).ResourceMetrics().MoveAndAppendTo(batch.ResourceMetrics())
	}
	r.send(t, batch)
	last, _ := r.totals()
	assert.Equal(t, 20_000.0, last[firstBin])
	assert.Greater(t, len(r.sink.AllMetrics()), 10)
	for _, md := range r.sink.AllMetrics() {
		assert.LessOrEqual(t, md.DataPointCount(), maxPoints+100)
	}
}

func TestConcurrently(t *testing.T) {
	r := run(t, defaults(), serve(amounts("delay")))
	var group sync.WaitGroup
	for sender := range 8 {
		group.Go(func() {
			for i := range 200 {
				at := noon.Add(time.Duration(i) * time.Second)
				assert.NoError(t, r.ConsumeMetrics(context.Background(), values("delay", at, 1, 0, 0, 0, 0, 0)))
				assert.NoError(t, r.ConsumeMetrics(context.Background(), sum(fmt.Sprint(sender), semconv.MetricPredictions, at, 1)))
				if i%50 == 0 {
					r.refresh(context.Background(), time.Now())
				}
			}
		})
	}
	group.Wait()
	// Batches may pass one another on their way out, as the later total is also the later point.
	var greatest int64
	for _, md := range r.sink.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				if m.Name() == semconv.MetricFeatureBins {
					for _, dp := range m.Sum().DataPoints().All() {
						greatest = max(greatest, dp.IntValue())
					}
				}
			}
		}
	}
	assert.EqualValues(t, 1600, greatest)
}

func TestEmptyBatches(t *testing.T) {
	r := run(t, defaults(), serve(amounts("delay")))
	empty := pmetric.NewMetrics()
	empty.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetName(semconv.MetricPredictions)
	r.send(t, pmetric.NewMetrics(), empty)
	assert.Zero(t, r.sink.DataPointCount())
}

func BenchmarkConsume(b *testing.B) {
	r := runInto(b, defaults(), serve(amounts("delay")), consumertest.NewNop())
	template := pmetric.NewMetrics()
	for range 20 {
		values("delay", noon, 1, 2, 3, 4, 5, 6).ResourceMetrics().MoveAndAppendTo(template.ResourceMetrics())
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		md := pmetric.NewMetrics()
		template.CopyTo(md)
		b.StartTimer()
		if err := r.ConsumeMetrics(context.Background(), md); err != nil {
			b.Fatal(err)
		}
	}
}
