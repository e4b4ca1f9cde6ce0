package profilesextension

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/extension/profilesextension/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
)

// Why a profile was not taken, as in metadata.yaml.
const (
	rejectedInvalid   = "invalid"
	rejectedDuplicate = "duplicate"
	rejectedLimit     = "limit"
)

// reporter tells, in the log and in self-telemetry, what became of profiles.
type reporter struct {
	log       *zap.Logger
	telemetry *metadata.TelemetryBuilder
}

func (r *reporter) loaded(e *entry) {
	r.telemetry.ProfilesLoaded.Add(context.Background(), 1, metric.WithAttributes(attribute.String("origin", e.origin.String())))
	r.log.Info("Profile loaded", append(whose(keyOf(e.profile)), zap.Stringer("origin", e.origin), zap.String("place", e.place),
		zap.String("id", e.id), zap.Uint64("rows", e.profile.Provenance.Rows))...)
}

// calibrated reports a calibrator that is now in force.
func (r *reporter) calibrated(c *profile.Calibrator) {
	r.log.Info("Calibrator in force", append(whose(calibratorKey(c)), zap.String("calibrator", c.Method.Name()), zap.Uint64("revision", c.Revision),
		zap.Float64("outcomes", c.Outcomes), zap.Float64("brier_before", c.Judged.BrierBefore), zap.Float64("brier_after", c.Judged.BrierAfter))...)
}

func (r *reporter) reject(from origin, reason, message string, fields ...zap.Field) {
	r.telemetry.ProfilesRejected.Add(context.Background(), 1,
		metric.WithAttributes(attribute.String("origin", from.String()), attribute.String("reason", reason)))
	r.log.Error(message, fields...)
}

// beyond reports the profiles that max_profiles leaves no place for.
func (r *reporter) beyond(refused []*entry) {
	for _, e := range refused {
		r.reject(e.origin, rejectedLimit, "More profiles than max_profiles; this one is not in force. Raise max_profiles, or remove profiles that nobody needs",
			append(whose(keyOf(e.profile)), zap.Stringer("origin", e.origin), zap.String("place", e.place))...)
	}
}

func (r *reporter) storage(message string, err error, fields ...zap.Field) {
	r.telemetry.ProfilesStorageFailures.Add(context.Background(), 1)
	r.log.Error(message, append(fields, zap.Error(err))...)
}

func whose(k key) []zap.Field {
	version := k.version
	if version == "" {
		version = "(every version)"
	}
	return []zap.Field{zap.String("model", k.model), zap.String("version", version)}
}
