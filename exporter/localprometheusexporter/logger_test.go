package localprometheusexporter

import (
	"errors"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestLogger(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	log := newLogger(zap.New(core)).With("component", "tsdb").WithGroup("wal")
	log.Info("opened", "segments", 3)
	log.Warn("damaged")
	log.Error("lost", "err", errors.New("disk"))
	log.Warn("Overlapping blocks found during reloadBlocks")
	log.Error("error writing response", "err", syscall.EPIPE)
	levels := map[string]zapcore.Level{}
	for _, entry := range logs.All() {
		levels[entry.Message] = entry.Level
		assert.Equal(t, "tsdb", entry.ContextMap()["component"])
	}
	assert.Equal(t, map[string]zapcore.Level{
		"opened": zap.DebugLevel, "damaged": zap.WarnLevel, "lost": zap.ErrorLevel, "Overlapping blocks found during reloadBlocks": zap.DebugLevel,
		"error writing response": zap.DebugLevel,
	}, levels)
	assert.Equal(t, int64(3), logs.FilterMessage("opened").All()[0].ContextMap()["wal.segments"])
	assert.Equal(t, "disk", logs.FilterMessage("lost").All()[0].ContextMap()["wal.err"])
}
