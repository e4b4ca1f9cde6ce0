package modelsummaryconnector

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/leeway-ml/leeway/connector/modelsummaryconnector/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

// What is counted in the Collector's own telemetry. The orders are those of the names below.
const (
	eventNoModel = iota
	eventNoTime
	eventTime
	eventNoTruth
	eventJoinResult
	eventNoDetector
	eventLevel
	eventReasons
)

const (
	invalidType = iota
	invalidNonFinite
	invalidOutOfRange
	invalidUnseen
	invalidReasons
)

const (
	fieldScore = iota
	fieldValue
	fieldDuration
	fieldAttribution
	fieldInputs
	fieldExpression
	fieldClass
	fieldGroundTruth
	fieldItems
	fieldRelevances
	fieldPredictionTime
	fieldFeedback
	fields
)

const (
	refusedType = iota
	refusedNonFinite
	refusedRange
	refusedClass
	refusedError
	refusedMissing
	refusedReasons
)

const (
	limitModels = iota
	limitFeatures
	limitCategories
	limitConfusions
	limitSegments
	limitExperiments
	limits
)

// ignoredGroundTruth is the index of ground truths among the ignored.
const ignoredGroundTruth = 0

var (
	eventReasonNames   = [eventReasons]string{"no_model", "no_time", "time", "no_truth", "join_result", "no_detector", "level"}
	invalidReasonNames = [invalidReasons]string{"type", "non_finite", "out_of_range", "unseen"}
	fieldNames         = [fields]string{"score", "value", "duration", "attribution", "inputs", "expression",
		"class", "ground_truth", "items", "relevances", "prediction_time", "feedback"}
	refusedReasonNames = [refusedReasons]string{"type", "non_finite", "out_of_range", "class", "error", "missing"}
	limitNames         = [limits]string{"max_models", "max_features", "max_categories", "max_confusions", "max_segments", "max_experiments"}
	ignoredNames       = []string{semconv.EventGroundTruth, semconv.EventFeedback, semconv.EventOutcome,
		semconv.EventAlert, semconv.EventAction, "other"}
)

// tally is what a shard counted and did not yet report.
type tally struct {
	events, dropped uint64
	// outcomes, feedback and detections of concept drift likewise.
	outcomes, feedback uint64
	detections         uint64
	unprofiled         uint64
	unseenClasses      uint64
	refused            [eventReasons]uint64
	ignored            [6]uint64
	invalid            [invalidReasons]uint64
	values             [fields][refusedReasons]uint64
	overflowed         [limits]uint64
}

func (t *tally) ignore(name string) {
	for i, known := range ignoredNames {
		if name == known || i == len(ignoredNames)-1 {
			t.ignored[i]++
			return
		}
	}
}

// report adds the tally to the telemetry and begins anew.
func (t *tally) report(ctx context.Context, to *metadata.TelemetryBuilder) {
	if *t == (tally{}) {
		return
	}
	add(ctx, to.ModelSummaryEvents, t.events)
	add(ctx, to.ModelSummaryOutcomes, t.outcomes)
	add(ctx, to.ModelSummaryFeedback, t.feedback)
	add(ctx, to.ModelSummaryConceptDrifts, t.detections)
	add(ctx, to.ModelSummaryAttributesDropped, t.dropped)
	add(ctx, to.ModelSummaryInputsUnprofiled, t.unprofiled)
	add(ctx, to.ModelSummaryClassesUnseen, t.unseenClasses)
	for i, n := range t.refused {
		add(ctx, to.ModelSummaryEventsRefused, n, attribute.String("reason", eventReasonNames[i]))
	}
	for i, n := range t.ignored {
		add(ctx, to.ModelSummaryEventsIgnored, n, attribute.String("event_name", ignoredNames[i]))
	}
	for i, n := range t.invalid {
		add(ctx, to.ModelSummaryInputsInvalid, n, attribute.String("reason", invalidReasonNames[i]))
	}
	for field := range t.values {
		for reason, n := range t.values[field] {
			add(ctx, to.ModelSummaryValuesRefused, n, attribute.String("field", fieldNames[field]), attribute.String("reason", refusedReasonNames[reason]))
		}
	}
	for i, n := range t.overflowed {
		add(ctx, to.ModelSummaryOverflowed, n, attribute.String("limit", limitNames[i]))
	}
	*t = tally{}
}

func add(ctx context.Context, to metric.Int64Counter, n uint64, attributes ...attribute.KeyValue) {
	if n > 0 {
		to.Add(ctx, int64(n), metric.WithAttributes(attributes...))
	}
}
