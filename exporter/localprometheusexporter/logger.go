package localprometheusexporter

import (
	"context"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// newLogger lets Prometheus' code write to the collector's log. What Prometheus calls info is of interest only to whoever looks
// for something: it goes out as debug.
func newLogger(log *zap.Logger) *slog.Logger {
	return slog.New(&logHandler{core: log.Core()})
}

// expected are warnings and errors of what is as it should be.
var expected = map[string]bool{
	// Samples that came late lie in blocks of their own until blocks are merged.
	"Overlapping blocks found during reloadBlocks": true,
	// A browser that goes elsewhere does not wait for its answers.
	"error writing response": true,
}

// logHandler writes slog's records to a zap core.
type logHandler struct {
	core   zapcore.Core
	prefix string // of keys, by slog's groups
}

func level(l slog.Level) zapcore.Level {
	switch {
	case l >= slog.LevelError:
		return zapcore.ErrorLevel
	case l >= slog.LevelWarn:
		return zapcore.WarnLevel
	default:
		return zapcore.DebugLevel
	}
}

// Enabled says whether the core takes the level.
func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return h.core.Enabled(level(l)) }

// Handle writes the record.
func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	entry := zapcore.Entry{Level: level(r.Level), Time: r.Time, Message: r.Message}
	if expected[r.Message] {
		entry.Level = zapcore.DebugLevel
	}
	checked := h.core.Check(entry, nil)
	if checked == nil {
		return nil
	}
	fields := make([]zapcore.Field, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		fields = append(fields, h.field(a))
		return true
	})
	checked.Write(fields...)
	return nil
}

// WithAttrs returns a handler that writes these with each record.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	fields := make([]zapcore.Field, len(attrs))
	for i, a := range attrs {
		fields[i] = h.field(a)
	}
	return &logHandler{core: h.core.With(fields), prefix: h.prefix}
}

// WithGroup returns a handler whose keys begin with the name.
func (h *logHandler) WithGroup(name string) slog.Handler {
	return &logHandler{core: h.core, prefix: h.prefix + name + "."}
}

func (h *logHandler) field(a slog.Attr) zapcore.Field {
	return zap.Any(h.prefix+a.Key, a.Value.Resolve().Any())
}
