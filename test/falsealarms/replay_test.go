package falsealarms

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// replay makes a profile of the reference, sends all events through the collector, the reference too, and returns what the
// collector said.
func (s scenario) replay(t *testing.T) history {
	t.Helper()
	folder := t.TempDir()
	rows := filepath.Join(folder, "reference.csv")
	s.writeReference(t, rows)
	profiles := filepath.Join(folder, "profiles")
	ctl(t, "profile", rows, "--model", model, "--time-column", "timestamp", "--windows", s.window(),
		"--output", filepath.Join(profiles, "model.json"), "--quiet")
	require.NoError(t, os.Remove(rows))
	p := startPipeline(t, profiles, s.window())
	s.send(t, p.OTLPGRPC)
	h := p.published(t)
	reference, err := profile.ReadFile(filepath.Join(profiles, "model.json"))
	require.NoError(t, err)
	for name, of := range h {
		of.learned = reference.Feature(name).Limits[s.window()]["psi"]
	}
	return h
}

// window is the name of the windows that are judged.
func (s scenario) window() string { return fmt.Sprintf("%.0fh", s.length.Hours()) }

func (s scenario) featureNames() []string {
	names := make([]string, s.features)
	for i := range names {
		names[i] = fmt.Sprintf("f%02d", i)
	}
	return names
}

// writeReference writes the events of the reference as a prediction log.
func (s scenario) writeReference(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	line := []byte("timestamp")
	for _, name := range s.featureNames() {
		line = append(append(line, ','), name...)
	}
	_, err = out.Write(append(line, '\n'))
	require.NoError(t, err)
	end := s.steadyFrom()
	s.draw(func(at time.Time, values []float64) bool {
		if !at.Before(end) {
			return false
		}
		line = at.AppendFormat(line[:0], time.RFC3339Nano)
		for _, x := range values {
			line = strconv.AppendFloat(append(line, ','), x, 'f', -1, 64)
		}
		_, err = out.Write(append(line, '\n'))
		return err == nil
	})
	require.NoError(t, err)
	require.NoError(t, out.Flush())
}

// batchSize is how many events go out in a request.
const batchSize = 1000

// send sends all events in the order of time, and one of a day later, which closes all windows.
func (s scenario) send(t *testing.T, endpoint string) {
	t.Helper()
	client, err := replay.Connect(t.Context(), replay.Target{Endpoint: endpoint, Protocol: "grpc", Timeout: 5 * time.Minute, GiveUp: 5 * time.Minute}, zap.NewNop())
	require.NoError(t, err)
	defer client.Close(context.WithoutCancel(t.Context()))
	names := s.featureNames()
	var (
		logs    plog.Logs
		records plog.LogRecordSlice
		held    int
		last    []float64
	)
	renew := func() {
		logs, held = plog.NewLogs(), 0
		records = logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		records.EnsureCapacity(batchSize)
	}
	add := func(at time.Time, values []float64) {
		held++
		record := records.AppendEmpty()
		record.SetEventName(semconv.EventPrediction)
		record.SetTimestamp(pcommon.NewTimestampFromTime(at))
		record.Attributes().EnsureCapacity(2)
		record.Attributes().PutStr(semconv.AttrModelName, model)
		inputs := record.Attributes().PutEmptyMap(semconv.AttrInputs)
		inputs.EnsureCapacity(len(names))
		for i, x := range values {
			inputs.PutDouble(names[i], x)
		}
	}
	renew()
	s.draw(func(at time.Time, values []float64) bool {
		if held == batchSize {
			if err = client.Send(t.Context(), logs); err != nil {
				return false
			}
			renew()
		}
		add(at, values)
		last = values
		return true
	})
	require.NoError(t, err)
	require.NoError(t, client.Send(t.Context(), logs))
	renew()
	add(s.end().Add(day), last)
	require.NoError(t, client.Send(t.Context(), logs))
}
