package summary

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"pgregory.net/rapid"
)

// sdkHistogram is what OpenTelemetry's own SDK makes of the values.
func sdkHistogram(t require.TestingT, maxBuckets int, values []float64) *Exponential {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithView(sdk.NewView(
		sdk.Instrument{Name: "x"},
		sdk.Stream{Aggregation: sdk.AggregationBase2ExponentialHistogram{MaxSize: int32(maxBuckets), MaxScale: 20}})))
	ctx := context.Background()
	h, err := provider.Meter("").Float64Histogram("x")
	require.NoError(t, err)
	for _, x := range values {
		h.Record(ctx, x)
	}
	var rm metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(ctx, &rm))
	require.NoError(t, provider.Shutdown(ctx))
	p := rm.ScopeMetrics[0].Metrics[0].Data.(metricdata.ExponentialHistogram[float64]).DataPoints[0]
	least, _ := p.Min.Value()
	greatest, _ := p.Max.Value()
	return &Exponential{
		Scale: p.Scale, Zero: p.ZeroCount, ZeroThreshold: p.ZeroThreshold, Sum: p.Sum, Min: least, Max: greatest,
		Positive: Buckets{p.PositiveBucket.Offset, p.PositiveBucket.Counts},
		Negative: Buckets{p.NegativeBucket.Offset, p.NegativeBucket.Counts},
	}
}

// Ours, fed value by value, is the SDK's; and the sum of several SDKs' is what one SDK would have made of all.
func TestMergeIsWhatTheSDKMakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(4, 160).Draw(t, "maxBuckets")
		all := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 40).Draw(t, "values")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")

		want := sdkHistogram(t, size, all)
		got := of(size, all...)
		equalHistograms(t, want, got)

		merged := &Exponential{}
		for _, part := range [][]float64{all[:cut], all[cut:]} {
			if len(part) > 0 {
				merged.Merge(sdkHistogram(t, size, part), size)
			}
		}
		equalHistograms(t, want, merged)
	})
}

func equalHistograms(t require.TestingT, want, got *Exponential) {
	want, got = canonical(want), canonical(got)
	require.InDelta(t, want.Sum, got.Sum, 1e-9*(1+math.Abs(want.Sum))*1e3)
	want.Sum, got.Sum = 0, 0
	// The SDK pads nothing, but leaves an offset beside no counts.
	for _, b := range []*Buckets{&want.Positive, &want.Negative} {
		if len(b.Counts) == 0 {
			b.Offset = 0
		}
	}
	require.Equal(t, want, got)
}
