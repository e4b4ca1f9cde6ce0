package localprometheusexporter

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote/otlptranslator/prometheusremotewrite"
	"github.com/prometheus/prometheus/tsdb"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
)

// Why samples are not stored.
const (
	reasonDuplicate   = "duplicate"     // another value of that time is there
	reasonOutOfBounds = "out_of_bounds" // older than what retention keeps
	reasonOutOfOrder  = "out_of_order"  // older than the last one, where order matters
	reasonSeriesLimit = "series_limit"
	reasonUnsupported = "unsupported" // nothing that Prometheus stores: a delta for example
	reasonWriteFailed = "write_failed"
)

// names are written as the prometheus exporter and Prometheus' OTLP endpoint write them.
var names = prometheusremotewrite.Settings{
	AddMetricSuffixes:                    true,
	DisableTargetInfo:                    true,
	LabelNameUnderscoreSanitization:      true,
	LabelNamePreserveMultipleUnderscores: false,
}

// consume stores the metrics. It returns no error: what can't be stored now can't be stored again later either, and an error
// would make clients send everything twice.
func (p *localPrometheus) consume(ctx context.Context, metrics pmetric.Metrics) error {
	a := &appender{
		AppenderV2: p.db.AppenderV2(context.WithoutCancel(ctx)),
		head:       p.db.Head(),
		maxSeries:  p.config.MaxSeries,
		first:      math.MaxInt64,
		last:       math.MinInt64,
	}
	converter := prometheusremotewrite.NewPrometheusConverter(a)
	settings := names
	settings.LookbackDelta = p.config.Query.Lookback
	_, err := converter.FromMetrics(context.WithoutCancel(ctx), metrics, settings)
	if unsupported := leaves(err); len(unsupported) > 0 {
		a.drop(reasonUnsupported, int64(len(unsupported)))
		p.once.warn(p.log, reasonUnsupported, "Metrics can't be stored; the processor model_rollup makes running totals of Leeway's deltas, deltatocumulative of others",
			zap.NamedError("first", unsupported[0]), zap.Int("metrics", len(unsupported)))
	}
	if err := a.Commit(); err != nil {
		a.drop(reasonWriteFailed, a.appended)
		a.appended = 0
		p.once.warn(p.log, reasonWriteFailed, "The store can't be written; is the disk full? Metrics are not kept until it can", zap.String("directory", p.config.Directory), zap.Error(err))
	}
	if a.appended > 0 {
		p.clock.stored(time.UnixMilli(a.first), time.UnixMilli(a.last))
		p.telemetry.LocalPrometheusSamplesAppended.Add(ctx, a.appended)
	}
	for reason, n := range a.dropped {
		p.telemetry.LocalPrometheusSamplesDropped.Add(ctx, n, metric.WithAttributes(attribute.String("reason", reason)))
		if says, ok := advice[reason]; ok {
			p.once.warn(p.log, reason, says, zap.Int64("samples", n))
		}
	}
	return nil
}

var advice = map[string]string{
	reasonOutOfBounds: "Samples are older than retention.time before the newest one and are dropped; replay old data with leewayctl replay --rebase, or keep more",
	reasonSeriesLimit: "There are max_series series; samples of new ones are dropped",
}

// leaves are the errors that were joined to one.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // only the outermost one
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, leaves(e)...)
	}
	return all
}

// appender counts what it appends, and what it can't: one bad sample must not cost the rest of the batch.
type appender struct {
	storage.AppenderV2
	head      *tsdb.Head
	maxSeries uint64

	appended    int64
	dropped     map[string]int64
	first, last int64 // times of what was appended, in milliseconds
}

func (a *appender) drop(reason string, n int64) {
	if n == 0 {
		return
	}
	if a.dropped == nil {
		a.dropped = make(map[string]int64)
	}
	a.dropped[reason] += n
}

// Append appends the sample, or counts why not.
func (a *appender) Append(ref storage.SeriesRef, ls labels.Labels, st, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, opts storage.AOptions) (storage.SeriesRef, error) {
	if ref == 0 && a.head.NumSeries() >= a.maxSeries {
		if known, ok := a.AppenderV2.(storage.GetRef); ok {
			if ref, _ = known.GetRef(ls, ls.Hash()); ref == 0 {
				a.drop(reasonSeriesLimit, 1)
				return 0, nil
			}
		}
	}
	stored, err := a.AppenderV2.Append(ref, ls, st, t, v, h, fh, opts)
	switch reason := refusal(err); {
	case reason != "":
		a.drop(reason, 1)
		return 0, nil
	case err != nil:
		a.drop(reasonUnsupported, 1)
		return 0, nil
	}
	a.appended++
	a.first = min(a.first, t)
	a.last = max(a.last, t)
	return stored, nil
}

// refusal is the reason that stands for the store's error; "" for none or an unknown one.
func refusal(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, storage.ErrDuplicateSampleForTimestamp):
		return reasonDuplicate
	case errors.Is(err, storage.ErrTooOldSample), errors.Is(err, storage.ErrOutOfBounds):
		return reasonOutOfBounds
	case errors.Is(err, storage.ErrOutOfOrderSample):
		return reasonOutOfOrder
	}
	return ""
}
