//go:build integration

package alerting

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
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
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/prometheustest"
)

// As pipelineConfig, and predictions find their truth on the way, past a detector of concept drift.
const outcomesConfig = `
extensions: {profiles: {directory: "PROFILES"}}
receivers: {otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}}
connectors: {model_summary: {pane: 5m, flush_interval: 0s}}
processors:
  ground_truth: {time_to_live: 2h, idle_timeout: 24h}
  concept_drift: {idle_timeout: 24h}
  model_statistics: {windows: [{name: 1h}, {name: 24h}], idle_timeout: 24h, emit_interval: 24h}
  model_rollup: {emit_interval: 24h}
exporters: {file: {path: "OUT", format: proto}}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], processors: [ground_truth, concept_drift], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [file]}
`

// outcomes are a model's predictions and what became of them: a hundred every five minutes, whose scores are spread evenly and
// right as often as they say. Each label is twenty minutes late; one in ten never comes.
type outcomes struct {
	from, to time.Time
	// chance draws truths and scores; nil gives every five minutes the same.
	chance *rand.Rand
	// turns is when six truths in ten become the opposite; zero for never.
	turns time.Time
}

const (
	perFiveMinutes = 100
	labelDelay     = 20 * time.Minute
)

// outcome is one prediction and its truth.
type outcome struct {
	at       time.Time
	id       string
	score    float64
	positive bool
	labelled bool
}

func (s outcomes) draw(yield func(outcome) bool) {
	gap := 5 * time.Minute / perFiveMinutes
	for k := 0; ; k++ {
		o := outcome{at: s.from.Add(time.Duration(k)*gap + time.Second), id: strconv.Itoa(k), labelled: k%10 != 9}
		if !o.at.Before(s.to) {
			return
		}
		i := k * 37 % perFiveMinutes // 37 has no part in 100: each of them once, out of order
		o.score = (float64(i) + 0.5) / perFiveMinutes
		// Of the first i scores, i²/200 are positive, which is their sum.
		o.positive = (i+1)*(i+1)/(2*perFiveMinutes) > i*i/(2*perFiveMinutes)
		if s.chance != nil {
			o.score = s.chance.Float64()
			o.positive = s.chance.Float64() < o.score
			o.labelled = s.chance.Float64() < 0.9
		}
		if !s.turns.IsZero() && !o.at.Before(s.turns) && i%10 < 6 {
			o.positive = !o.positive
		}
		if !yield(o) {
			return
		}
	}
}

func class(positive bool) string {
	if positive {
		return "1"
	}
	return "0"
}

func (o outcome) predicted() string { return class(o.score >= 0.5) }

// outcomesProfile makes a folder with the profile of two days that are as they should be.
func outcomesProfile(t *testing.T) string {
	t.Helper()
	rows := filepath.Join(t.TempDir(), "reference.csv")
	file, err := os.Create(rows)
	require.NoError(t, err)
	out := bufio.NewWriter(file)
	_, err = out.WriteString("timestamp,score,predicted,label\n")
	require.NoError(t, err)
	outcomes{from: monday.AddDate(0, 0, -2), to: monday, chance: rand.New(rand.NewPCG(99, 1))}.draw(func(o outcome) bool {
		_, err = fmt.Fprintf(out, "%s,%v,%s,%s\n", o.at.Format(time.RFC3339), o.score, o.predicted(), class(o.positive))
		return err == nil
	})
	require.NoError(t, err)
	require.NoError(t, out.Flush())
	require.NoError(t, file.Close())
	folder := filepath.Join(t.TempDir(), "profiles")
	require.NoError(t, os.Mkdir(folder, 0o755))
	prometheustest.Leewayctl(t, "profile", rows, "--model", model, "--time-column", "timestamp", "--score-column", "score", "--class-column", "predicted",
		"--label-column", "label", "--positive-class", "1", "--windows", "1h,24h", "--output", filepath.Join(folder, "model.json"), "--quiet")
	return folder
}

// publish sends predictions and labels, each at its time.
func (s outcomes) publish(t *testing.T, profiles string) published {
	t.Helper()
	return publish(t, outcomesConfig, profiles, func(endpoint string) { s.send(t, endpoint) })
}

func (s outcomes) send(t *testing.T, endpoint string) {
	t.Helper()
	client, err := replay.Connect(t.Context(), replay.Target{Endpoint: endpoint, Protocol: "grpc", Timeout: time.Minute, GiveUp: time.Minute}, zap.NewNop())
	require.NoError(t, err)
	defer client.Close(context.WithoutCancel(t.Context()))
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	event := func(name string, at time.Time, id string) pcommon.Map {
		record := records.AppendEmpty()
		record.SetEventName(name)
		record.SetTimestamp(pcommon.NewTimestampFromTime(at))
		record.Attributes().PutStr(semconv.AttrModelName, model)
		record.Attributes().PutStr(semconv.AttrPredictionID, id)
		return record.Attributes()
	}
	var waiting []outcome
	s.draw(func(o outcome) bool {
		for len(waiting) > 0 && !waiting[0].at.Add(labelDelay).After(o.at) {
			if waiting[0].labelled {
				event(semconv.EventGroundTruth, waiting[0].at.Add(labelDelay), waiting[0].id).PutStr(semconv.AttrGroundTruthClass, class(waiting[0].positive))
			}
			waiting = waiting[1:]
		}
		waiting = append(waiting, o)
		attributes := event(semconv.EventPrediction, o.at, o.id)
		attributes.PutStr(semconv.AttrModelVersion, version)
		attributes.PutDouble(semconv.AttrPredictionScore, o.score)
		attributes.PutStr(semconv.AttrPredictionClass, o.predicted())
		if records.Len() >= batchSize {
			err = client.Send(t.Context(), logs)
			records.RemoveIf(func(plog.LogRecord) bool { return true })
		}
		return err == nil
	})
	require.NoError(t, err)
	if records.Len() > 0 {
		require.NoError(t, client.Send(t.Context(), logs))
	}
}
